"""Maps: one task an element, a window of those under way, one output in order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from flowc.runtime.outcome import Completed, Failed
from tests.simulate.building import ERROR, FAILS, Fails, Play, deployed, map_over, task


def double(leased: Any) -> Any:
    return leased.item * 2


def test_the_output_is_in_order_whatever_the_order_of_completion() -> None:
    simulation = deployed({"m": map_over([1, 2, 3])})
    run_id = simulation.start("tested")
    for leased in reversed(simulation.poll(limit=5)):
        simulation.complete(leased, leased.item * 10)

    assert simulation.run(run_id).output == {"m": [10, 20, 30]}


@pytest.mark.parametrize(
    ("source", "output", "items"),
    [("$a", [1, 2], [1, 2]), ("$a.x.0", {"x": [[3]]}, [3]), ("$input.items", None, [7, 8])],
)
def test_a_map_takes_its_elements_from_a_reference(source: str, output: Any, items: list[int]) -> None:
    depends_on = {} if source.startswith("$input") else {"depends_on": ["a"]}
    steps = {"a": task(), "m": map_over(source, **depends_on)}
    play = Play(steps, {"a": output, "m": lambda leased: leased.item}, {"items": [7, 8]})

    assert play.states["m"].output == items


def test_a_literal_list_may_refer_to_outputs() -> None:
    steps = {"a": task(), "m": map_over(["$a.x", 1, "$$x"], depends_on=["a"])}

    assert Play(steps, {"a": {"x": 9}, "m": lambda leased: leased.item}).states["m"].output == [9, 1, "$x"]


def test_maps_chain() -> None:
    steps = {"a": map_over([1, 2]), "b": map_over("$a", depends_on=["a"]), "c": map_over("$b", depends_on=["b"])}

    assert Play(steps, dict.fromkeys("abc", double)).run.output == {"c": [8, 16]}


def test_a_map_over_nothing_completes_with_an_empty_array_at_once() -> None:
    steps = {"m": map_over([], delay=60_000), "n": map_over("$m", depends_on=["m"])}
    simulation = deployed(steps)
    run_id = simulation.start("tested")

    assert simulation.run(run_id).status == "completed"
    assert simulation.run(run_id).output == {"n": []}


@pytest.mark.parametrize("output", [None, False, 5, 0.5, "text", {"x": [1]}])
def test_a_map_over_no_array_fails_without_a_retry(output: Any) -> None:
    play = Play({"a": task(), "m": map_over("$a", depends_on=["a"])}, {"a": output})

    assert (play.run.status, play.run.failed_step) == ("failed", "m")
    assert play.run.error is not None
    assert play.run.error["class"] == "NotAnArray"
    assert play.order == ["a"]


def test_a_map_over_no_array_is_skipped_where_its_failures_are() -> None:
    play = Play({"a": task(), "m": map_over("$a", depends_on=["a"], on_failure="skip")}, {"a": 5})

    assert play.run.status == "completed"
    assert play.became()["m"] == "handler_failed"
    assert play.run.skipped_failures == 1


@pytest.mark.parametrize("join", ["all", "any", "none", "settled"])
def test_a_source_that_did_not_complete_skips_the_map_whatever_its_join(join: str) -> None:
    steps = {"a": task(on_failure="skip"), "b": task(), "m": map_over("$a", depends_on=["a", "b"], join=join)}

    assert Play(steps, {"a": FAILS}).became()["m"] == "dependency_skipped"


def test_a_source_in_the_condition_skips_the_map_when_it_did_not_complete() -> None:
    steps = {"a": task(on_failure="skip"), "m": map_over("$a", run_unless=[{"a": 1}])}

    assert Play(steps, {"a": FAILS}).became()["m"] == "dependency_skipped"


def test_the_window_opens_as_elements_settle() -> None:
    simulation = deployed({"m": map_over([0, 1, 2, 3], max_parallel=2)})
    simulation.start("tested")
    first, second = simulation.poll(limit=9)
    assert simulation.poll(limit=9) == []

    simulation.complete(second, "b")
    [third] = simulation.poll(limit=9)
    assert third.task_index == 2
    simulation.complete(first, "a")
    simulation.complete(third, "c")
    [fourth] = simulation.poll(limit=9)
    assert fourth.task_index == 3


def test_a_retry_keeps_its_place_in_the_window() -> None:
    simulation = deployed({"m": map_over([0, 1], max_parallel=1)})
    simulation.start("tested")
    [first] = simulation.poll()
    simulation.fail(first, ERROR)

    assert simulation.poll() == []
    simulation.advance(timedelta(seconds=1))
    [again] = simulation.poll()
    assert (again.task_index, again.attempt) == (0, 2)


def test_an_element_that_fails_ends_the_run() -> None:
    play = Play({"m": map_over([0, 1, 2])}, {"m": lambda leased: FAILS if leased.item == 1 else leased.item})

    assert (play.run.status, play.run.failed_step) == ("failed", "m")
    assert [(each.task_index, each.status) for each in play.simulation.step_tasks(play.run_id)] == [
        (0, "completed"),
        (1, "failed"),
        (2, "cancelled"),
    ]


def test_a_skipped_element_leaves_null_in_its_place() -> None:
    def odd(leased: Any) -> Any | Fails:
        return FAILS if leased.item % 2 else leased.item

    play = Play({"m": map_over([0, 1, 2, 3], on_failure="skip")}, {"m": odd})

    assert play.run.output == {"m": [0, None, 2, None]}
    assert play.run.skipped_failures == 2
    assert play.became()["m"] == "completed"


def test_a_map_whose_elements_all_failed_is_skipped() -> None:
    play = Play({"m": map_over([0, 1], on_failure="skip")}, {"m": FAILS})

    assert play.became()["m"] == "handler_failed"
    assert play.run.output == {"m": None}
    assert play.run.skipped_failures == 2
    assert play.states["m"].error == ERROR


def test_elements_share_one_delay() -> None:
    simulation = deployed({"m": map_over([0, 1], delay=5_000, max_parallel=1)})
    run_id = simulation.start("tested")
    assert simulation.poll() == []
    simulation.advance(timedelta(seconds=5))
    [first] = simulation.poll()
    simulation.complete(first, 0)
    [second] = simulation.poll()
    simulation.complete(second, 1)

    assert simulation.run(run_id).status == "completed"


def test_the_window_does_not_move_on_after_a_failure_that_ends_the_run() -> None:
    simulation = deployed({"m": map_over([0, 1, 2], max_parallel=2)})
    run_id = simulation.start("tested")
    zero, one = simulation.poll(limit=9)
    simulation.settle([(zero, Failed(ERROR, retryable=False)), (one, Completed(b"1"))])

    assert [task.status for task in simulation.step_tasks(run_id)] == ["failed", "completed"]


def test_ten_thousand_elements() -> None:
    simulation = deployed({"m": map_over("$input.items", max_parallel=500)})
    run_id = simulation.start("tested", {"items": list(range(10_000))})
    while leased := simulation.poll(limit=500):
        for each in leased:
            assert simulation.complete(each, -each.item) == "ok"

    assert simulation.run(run_id).output == {"m": [-number for number in range(10_000)]}
