"""What a join makes of its dependencies, whatever became of them."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from tests.simulate.building import FAILS, Play, branch, deployed, task
from tests.simulate.truth_table import OUTCOMES, outcome, page

NEVER = [{"input": {"never": True}}]


@pytest.mark.parametrize(("first", "second"), list(product(OUTCOMES, repeat=2)))
def test_a_join_counts_what_completed(first: str, second: str) -> None:
    completed = [first, second].count("completed")
    runs = {join for join in ("all", "any", "none", "settled") if outcome(join, first, second) == "completed"}

    expected = {"settled"} | {"any" if completed else "none"} | ({"all"} if completed == 2 else set())
    assert runs == expected


@pytest.mark.parametrize("join", ["all", "any", "none"])
def test_a_join_that_is_not_satisfied_says_so(join: str) -> None:
    parents = ("completed", "completed") if join == "none" else ("skipped", "failed")

    assert outcome(join, *parents) == "dependency_skipped"


@pytest.mark.parametrize("join", ["all", "any", "none", "settled"])
def test_nothing_runs_after_a_failure_that_ends_the_run(join: str) -> None:
    play = Play({"a": task(), "b": task(), "joined": task(depends_on=["a", "b"], join=join)}, {"b": FAILS})

    assert play.run.status == "failed"
    assert play.became() == {"a": "completed", "b": "failed", "joined": "cancelled"}


@pytest.mark.parametrize("join", ["all", "any", "none", "settled"])
def test_a_join_waits_until_every_dependency_has_settled(join: str) -> None:
    steps = {"a": task(), "b": task(), "joined": task(depends_on=["a", "b"], join=join)}
    simulation = deployed(steps)
    run_id = simulation.start("tested")
    first, second = simulation.poll(limit=3)

    simulation.complete(first, 1)
    assert simulation.step_states(run_id)["joined"].status == "created"
    simulation.complete(second, 1)
    assert simulation.step_states(run_id)["joined"].status != "created"


@pytest.mark.parametrize("join", ["all", "any", "none", "settled"])
def test_a_slug_of_the_condition_is_judged_by_the_condition_alone(join: str) -> None:
    steps = {
        "done": task(),
        "skipped": task(run_if=NEVER),
        "joined": task(depends_on=["done", "skipped"], join=join, run_unless=[{"skipped": 1}]),
    }

    assert Play(steps).became()["joined"] == ("dependency_skipped" if join == "none" else "completed")


def test_of_any_and_none_exactly_one_runs() -> None:
    for first, second in product(OUTCOMES, repeat=2):
        runs = [outcome(join, first, second) == "completed" for join in ("any", "none")]
        assert sum(runs) == 1


def test_a_branch_is_one_dependency() -> None:
    steps = {
        "group": branch(),
        "a": task(branch="group", on_failure="skip"),
        "b": task(branch="group"),
        "after": task(depends_on=["group"]),
        "catch": task(depends_on=["group"], join="none"),
    }

    assert Play(steps, {"a": FAILS}).became()["after"] == "completed"
    assert Play(steps, {"a": FAILS}).became()["catch"] == "dependency_skipped"


def test_the_manual_shows_this_very_table() -> None:
    shown = Path(__file__).parents[2] / "docs" / "joins.md"

    assert shown.read_text(encoding="utf-8") == page()
