"""Which tasks a worker is given, in which order, and what comes with them."""

from __future__ import annotations

import pytest

from flowc.simulate import Refused, TaskKey
from tests.simulate.building import FAILS, Play, deployed, map_over, task


def test_higher_priorities_of_run_and_step_come_first_then_older_runs() -> None:
    simulation = deployed({"a": task(), "b": task(priority=5)})
    first = simulation.start("tested")
    second = simulation.start("tested", priority=5)

    assert [(each.run_id, each.step_slug) for each in simulation.poll(limit=9)] == [
        (second, "b"),
        (first, "b"),
        (second, "a"),
        (first, "a"),
    ]


def test_a_worker_is_given_what_it_has_handlers_queues_and_secrets_for() -> None:
    steps = {"a": task(), "b": task(handler="work"), "c": task(handler=["a", "work"]), "d": task(queue="slow")}
    simulation = deployed(steps, secrets=["TOKEN"])
    run_id = simulation.start("tested")

    def ready(**able: list[str]) -> list[str]:
        return [key.step_slug for key in simulation.ready(**able)]

    assert ready() == ["a", "b", "c", "d"]
    assert ready(handlers=["a"]) == ["a"]
    assert ready(handlers=["a", "work"]) == ["a", "b", "c"]
    assert ready(queues=["slow"]) == ["d"]
    assert ready(secrets=[]) == []
    assert ready(secrets=["OTHER", "TOKEN"], queues=["default"]) == ["a", "b", "c"]
    assert simulation.lease(TaskKey(run_id, "d", None)).step_slug == "d"


def test_a_task_that_is_not_ready_is_not_leased() -> None:
    simulation = deployed({"a": task(), "b": task(depends_on=["a"])})
    run_id = simulation.start("tested")

    for slug in ("b", "a", "a"):
        if slug == "a" and not simulation.step_tasks(run_id)[0].attempt:
            simulation.lease(TaskKey(run_id, "a", None))
            continue
        with pytest.raises(Refused) as refused:
            simulation.lease(TaskKey(run_id, slug, None))
        assert refused.value.sqlstate == "FC005"


def test_a_task_brings_input_item_inputs_and_the_errors_of_what_failed() -> None:
    steps = {
        "a": task(),
        "b": task(on_failure="skip"),
        "m": map_over("$a", depends_on=["a", "b"], join="any"),
    }
    seen = []
    Play(steps, {"a": ["x"], "b": FAILS, "m": seen.append}, {"n": 1})

    [leased] = seen
    assert leased.run_input == {"n": 1}
    assert (leased.item, leased.task_index) == ("x", 0)
    assert leased.inputs == {"a": ["x"], "b": None}
    assert list(leased.errors) == ["b"]


def test_a_value_that_a_with_refers_to_is_among_the_inputs() -> None:
    steps = {
        "a": task(),
        "group": {"kind": "branch", "depends_on": ["a"]},
        "b": task(branch="group", **{"with": {"x": ["$a.n", "$input"]}}),
    }
    seen = []
    Play(steps, {"a": {"n": 1}, "b": seen.append})

    assert seen[0].inputs == {"a": {"n": 1}}
