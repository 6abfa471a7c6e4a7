"""Runs from their start to their end: keys, inputs, outputs, cancelling, retrying."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from flowc.runtime.encode import NotJSON
from flowc.simulate import Refused, Simulation
from tests.simulate.building import ERROR, FAILS, Play, branch, deployed, flow, map_over, task

NEVER = [{"input": {"never": True}}]


def work_all(simulation: Simulation, *, fails: str = "") -> list[str]:
    done = []
    while leased := simulation.poll():
        for each in leased:
            done.append(each.step_slug)
            if each.step_slug == fails:
                simulation.fail(each, ERROR, retryable=False)
            else:
                simulation.complete(each, each.attempt)
    return done


def test_the_same_key_returns_the_first_run_and_starts_nothing() -> None:
    simulation = deployed({"a": task()})
    first = simulation.start("tested", {"n": 1}, run_key="k")

    assert simulation.start("tested", {"n": 2}, run_key="k") == first
    assert simulation.start("tested", run_key="other") != first
    assert len(simulation.runs()) == 2
    assert simulation.run(first).input == {"n": 1}


def test_a_key_belongs_to_its_flow() -> None:
    simulation = deployed({"a": task()})
    simulation.deploy({"flow": "second", "steps": {"a": task()}})

    assert simulation.start("tested", run_key="k") != simulation.start("second", run_key="k")


def test_top_level_defaults_of_the_input_are_merged_at_the_start() -> None:
    properties = {"n": {"default": 5}, "m": {"default": 6}, "deep": {"properties": {"x": {"default": 1}}}, "any": True}
    simulation = deployed({"a": task()}, input={"type": "object", "properties": properties})

    assert simulation.run(simulation.start("tested", {"m": None})).input == {"n": 5, "m": None}


def test_a_run_without_input_gets_an_empty_object() -> None:
    simulation = deployed({"a": task()})

    assert simulation.run(simulation.start("tested")).input == {}


def test_values_are_json_and_belong_to_the_run() -> None:
    simulation = deployed({"a": task()})
    given: dict[str, Any] = {"list": [1]}
    run_id = simulation.start("tested", given)
    given["list"].append(2)

    assert simulation.run(run_id).input == {"list": [1]}
    [leased] = simulation.poll()
    with pytest.raises(NotJSON):
        simulation.complete(leased, {"x": {1, 2}})


@pytest.mark.parametrize("value", [0, False, "", None, [], {}, 2**53 - 1, [[[]]], {"k": None}])
def test_outputs_are_what_the_handler_returned(value: Any) -> None:
    play = Play({"a": task(), "b": task(depends_on=["a"])}, {"a": value, "b": lambda leased: leased.inputs["a"]})

    assert play.run.output == {"b": value}
    assert play.states["a"].output == value


def test_returns_has_all_its_keys_and_adds_no_edge() -> None:
    steps = {"a": task(), "b": task(depends_on=["a"]), "gone": task(run_if=NEVER)}
    returns = {"a": "$a.x", "deep": [{"gone": "$gone"}, "$input.n", "$$b"], "nowhere": "$b.x.0"}
    play = Play(steps, {"a": {"x": 1}}, {"n": 2}, returns=returns)

    assert play.run.output == {"a": 1, "deep": [{"gone": None}, 2, "$b"], "nowhere": None}


def test_a_run_with_nothing_left_to_do_completes_within_its_start() -> None:
    simulation = deployed({"a": task(run_if=NEVER), "g": branch(run_if=NEVER), "b": task(branch="g")})
    run_id = simulation.start("tested")

    assert simulation.run(run_id).status == "completed"
    assert simulation.run(run_id).output == {"a": None, "b": None}


def test_a_run_may_fail_within_its_start_and_still_has_an_id() -> None:
    simulation = deployed({"a": task(run_if=NEVER, on_unmet="fail")})
    run_id = simulation.start("tested", run_key="k")

    assert simulation.run(run_id).status == "failed"
    assert simulation.start("tested", run_key="k") == run_id


def test_cancelling_closes_all_that_had_not_settled() -> None:
    simulation = deployed({"a": task(), "b": task(depends_on=["a"]), "c": task(depends_on=["b"])})
    run_id = simulation.start("tested")
    [leased] = simulation.poll()
    simulation.complete(leased, 1)
    simulation.advance(timedelta(seconds=7))

    assert simulation.cancel(run_id, "no longer needed") == "cancelled"
    run = simulation.run(run_id)
    assert run.error == {"class": "Cancelled", "message": "no longer needed"}
    assert run.ended_at == simulation.now
    states = simulation.step_states(run_id)
    assert [state.status for state in states.values()] == ["completed", "cancelled", "cancelled"]
    assert simulation.poll() == []


def test_cancelling_an_ended_run_changes_nothing() -> None:
    simulation = deployed({"a": task()})
    run_id = simulation.start("tested")
    simulation.cancel(run_id, "first")
    before = simulation.run(run_id)
    simulation.advance(timedelta(seconds=1))

    assert simulation.cancel(run_id, "second") == "cancelled"
    assert simulation.run(run_id) == before


def test_a_retry_keeps_what_completed_and_was_skipped_and_reopens_the_rest() -> None:
    steps = {
        "a": task(),
        "gone": task(run_if=NEVER),
        "b": task(depends_on=["a"]),
        "c": task(depends_on=["b", "gone"], join="any"),
    }
    simulation = deployed(steps)
    run_id = simulation.start("tested")
    assert work_all(simulation, fails="b") == ["a", "b"]
    before = simulation.step_states(run_id)

    assert simulation.retry(run_id) == "started"
    run = simulation.run(run_id)
    assert (run.error, run.failed_step, run.ended_at) == (None, None, None)
    after = simulation.step_states(run_id)
    assert [after[slug] == before[slug] for slug in ("a", "gone")] == [True, True]
    assert (after["b"].status, after["c"].status) == ("started", "created")
    assert work_all(simulation) == ["b", "c"]
    assert simulation.run(run_id).output == {"c": 1}
    assert simulation.step_states(run_id)["b"].output == 2


def test_a_retry_gives_a_fresh_budget_and_no_delay_again() -> None:
    simulation = deployed({"a": task(delay=5_000, retry={"max_attempts": 2})})
    run_id = simulation.start("tested")
    for _ in range(2):
        simulation.now = simulation.next_due() or simulation.now
        [leased] = simulation.poll()
        simulation.fail(leased, ERROR)
    assert simulation.run(run_id).status == "failed"

    simulation.retry(run_id)
    [leased] = simulation.poll()
    assert (leased.attempt, leased.failures) == (3, 0)
    simulation.fail(leased, ERROR)
    assert simulation.run(run_id).status == "started"


def test_a_retry_of_a_map_runs_the_elements_without_an_output_through_the_window() -> None:
    simulation = deployed({"m": map_over([0, 1, 2, 3], max_parallel=2)})
    run_id = simulation.start("tested")
    zero, one = simulation.poll(limit=9)
    simulation.complete(zero, "zero")
    [two] = simulation.poll(limit=9)
    simulation.fail(one, ERROR, retryable=False)
    assert simulation.complete(two, "late") == "run_closed"

    simulation.retry(run_id)
    again = simulation.poll(limit=9)
    assert [(each.task_index, each.attempt) for each in again] == [(1, 2), (2, 2)]
    for each in again:
        simulation.complete(each, f"again {each.task_index}")
    [three] = simulation.poll(limit=9)
    assert (three.task_index, three.attempt) == (3, 1)
    simulation.complete(three, "three")
    assert simulation.run(run_id).output == {"m": ["zero", "again 1", "again 2", "three"]}


def test_a_retry_reopens_the_elements_of_an_unsettled_map_that_were_skipped() -> None:
    simulation = deployed({"m": map_over([0, 1], on_failure="skip")})
    run_id = simulation.start("tested")
    zero, _ = simulation.poll(limit=9)
    simulation.fail(zero, ERROR, retryable=False)
    assert simulation.run(run_id).skipped_failures == 1
    simulation.cancel(run_id)
    simulation.retry(run_id)

    assert simulation.run(run_id).skipped_failures == 0
    assert [each.task_index for each in simulation.poll(limit=9)] == [0, 1]


def test_skipped_elements_that_a_retry_has_not_reached_yet_are_not_counted() -> None:
    simulation = deployed({"m": map_over([0, 1, 2], on_failure="skip", max_parallel=1)})
    run_id = simulation.start("tested")
    for _ in range(2):
        [leased] = simulation.poll()
        simulation.fail(leased, ERROR, retryable=False)
    assert simulation.run(run_id).skipped_failures == 2
    simulation.cancel(run_id)
    simulation.retry(run_id)

    assert simulation.run(run_id).skipped_failures == 0
    assert work_all(simulation) == ["m"] * 3
    assert simulation.run(run_id).output == {"m": [2, 2, 1]}


def test_a_delay_that_was_under_way_is_over_after_a_retry() -> None:
    simulation = deployed({"a": task(delay=60_000), "m": map_over([0], delay=60_000)})
    run_id = simulation.start("tested")
    simulation.cancel(run_id)
    simulation.retry(run_id)

    assert work_all(simulation) == ["a", "m"]


def test_a_step_that_never_started_waits_for_its_delay_after_a_retry() -> None:
    simulation = deployed({"a": task(), "b": task(depends_on=["a"], delay=5_000)})
    run_id = simulation.start("tested")
    simulation.cancel(run_id)
    simulation.retry(run_id)
    assert work_all(simulation) == ["a"]

    assert simulation.next_due() == simulation.now + timedelta(seconds=5)


def test_a_retry_judges_an_unmet_condition_again() -> None:
    simulation = deployed({"a": task(run_if=NEVER, on_unmet="fail"), "b": task()})
    run_id = simulation.start("tested")

    assert simulation.retry(run_id) == "failed"
    assert simulation.run(run_id).failed_step == "a"


def test_a_retry_of_a_run_that_is_under_way_changes_nothing() -> None:
    simulation = deployed({"a": task()})
    run_id = simulation.start("tested")
    before = simulation.step_tasks(run_id)

    assert simulation.retry(run_id) == "started"
    assert simulation.step_tasks(run_id) == before


@pytest.mark.parametrize(
    ("call", "sqlstate"),
    [
        (lambda simulation, _: simulation.start("unknown"), "FC001"),
        (lambda simulation, _: simulation.deploy(flow({"b": task()})), "FC002"),
        (lambda simulation, _: simulation.cancel("unknown"), "FC004"),
        (lambda simulation, _: simulation.run("unknown"), "FC004"),
        (lambda simulation, run_id: simulation.retry(run_id), "FC005"),
    ],
)
def test_what_may_not_be_is_refused(call: Any, sqlstate: str) -> None:
    play = Play({"a": task()})

    with pytest.raises(Refused) as refused:
        call(play.simulation, play.run_id)
    assert refused.value.sqlstate == sqlstate


def test_deploying_the_same_definition_again_changes_nothing() -> None:
    simulation = deployed({"a": task(priority=1)})
    simulation.deploy(flow({"a": task(priority=1)}))

    with pytest.raises(Refused):
        simulation.deploy(flow({"a": task(priority=1.0)}))


def test_a_copy_goes_its_own_way() -> None:
    simulation = deployed({"a": task()})
    run_id = simulation.start("tested")
    other = simulation.copy()
    [leased] = other.poll()
    other.complete(leased, 1)

    assert (simulation.run(run_id).status, other.run(run_id).status) == ("started", "completed")


def test_a_circle_of_steps_is_refused() -> None:
    with pytest.raises(ValueError, match="circle: a, b"):
        deployed({"a": task(depends_on=["b"]), "b": task(depends_on=["a"])})
    with pytest.raises(ValueError, match="`a` waits for `b`"):
        deployed({"a": task(depends_on=["b"])})


def test_a_failure_leaves_nothing_of_its_run_alive() -> None:
    play = Play({"a": task(), "b": task(), "c": task(depends_on=["b"])}, {"a": FAILS})

    assert play.order == ["a"]
    assert play.became() == {"a": "failed", "b": "cancelled", "c": "cancelled"}
    assert play.simulation.next_due() is None
