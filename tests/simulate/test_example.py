"""The example of the flow file's page, both ways."""

from __future__ import annotations

from tests.simulate.building import FAILS, Play, branch, map_over, task

OK = [{"website": {"status": 200}}]
STEPS = {
    "website": task(),
    "if_success": branch(run_if=OK),
    "sentiment": task(branch="if_success", on_failure="skip", **{"with": {"text": "$website.text"}}),
    "summary": task(branch="if_success", timeout=300_000),
    "subpages": map_over("$website.links", branch="if_success", handler="fetch_page", max_parallel=10),
    "save_to_db": task(branch="if_success", depends_on=["sentiment", "subpages", "summary"], join="any"),
    "if_failure": branch(run_unless=OK),
    "notify_sentry": task(branch="if_failure"),
}
RETURNS = {"report": "$save_to_db"}


def test_a_page_that_was_found_is_analysed_and_saved() -> None:
    page = {"status": 200, "text": "fine", "links": ["a", "b"]}
    play = Play(
        STEPS,
        {"website": page, "subpages": lambda leased: leased.item.upper(), "save_to_db": lambda leased: leased.inputs},
        returns=RETURNS,
    )

    assert play.run.status == "completed"
    report = {"sentiment": "sentiment", "subpages": ["A", "B"], "summary": "summary", "website": page}
    assert play.run.output == {"report": report}
    assert play.became() == dict.fromkeys(STEPS, "completed") | {
        "if_failure": "condition_unmet",
        "notify_sentry": "branch_skipped",
    }


def test_a_page_that_was_not_found_is_reported() -> None:
    play = Play(STEPS, {"website": {"status": 404, "text": "", "links": []}}, returns=RETURNS)

    assert play.run.status == "completed"
    assert play.run.output == {"report": None}
    assert play.order == ["website", "notify_sentry"]
    assert play.became()["if_success"] == "condition_unmet"
    assert play.became()["save_to_db"] == "branch_skipped"


def test_what_failed_inside_is_skipped_and_counted() -> None:
    page = {"status": 200, "text": "fine", "links": []}
    play = Play(STEPS, {"website": page, "sentiment": FAILS}, returns=RETURNS)

    assert play.run.status == "completed"
    assert play.run.skipped_failures == 1
    assert play.became()["sentiment"] == "handler_failed"
    assert play.states["subpages"].output == []
    assert play.became()["save_to_db"] == "completed"


def test_without_returns_the_output_is_that_of_the_steps_nobody_depends_on() -> None:
    play = Play(STEPS, {"website": {"status": 404}})

    assert play.run.output == {"save_to_db": None, "notify_sentry": "notify_sentry"}
