"""Flows run in memory with real handlers."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest

from flowc import Context, Handlers, Permanent, RetryLater
from flowc.db.rows import Run
from flowc.errors import HandlersError
from flowc.simulate import Simulation, Worker, run_flow
from flowc.simulate.rows import error_rows, run_row, step_rows
from tests.simulate.building import branch, flow, map_over, task

URL = {"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}}}


def test_handlers_get_what_their_parameters_name() -> None:
    handlers = Handlers()

    @handlers.register
    def first(input: dict[str, int]) -> int:  # noqa: A002 - the name under which a handler gets it
        return input["n"] + 1

    @handlers.register
    async def second(item: int, index: int, first: int, ctx: Context) -> list[Any]:
        return [item, index, first, ctx.step, ctx.task_index, ctx.attempt]

    @handlers.register
    def third(**outputs: Any) -> Any:
        return outputs

    steps = {
        "first": task(),
        "second": map_over([7, 8], depends_on=["first"]),
        "third": task(depends_on=["first", "second"]),
    }
    pairs = [[7, 0, 2, "second", 0, 1], [8, 1, 2, "second", 1, 1]]
    assert run_flow(flow(steps), handlers, {"n": 1}).output == {"third": {"first": 2, "second": pairs}}


def test_stand_ins_may_be_given_by_name() -> None:
    steps = {
        "website": task(handler="fetch", **{"with": {"url": "$input.url"}}),
        "group": branch(run_if=[{"website": {"status": 200}}]),
        "save": task(branch="group", handler=["parse", "store"]),
    }
    seen = []
    finished = run_flow(
        flow(steps),
        {
            "fetch": lambda url: {"status": 200, "url": url},
            "parse": lambda website: website["url"].upper(),
            "store": seen.append,
        },
        {"url": "x"},
    )

    assert (finished.status, finished.output) == ("failed", None)  # `list.append` takes no `previous`
    assert finished.failed_step == "save"
    assert finished.error is not None
    assert finished.error["class"] == "InvalidArguments"
    assert seen == []


def test_what_a_handler_raises_is_tried_again_without_waiting() -> None:
    attempts = itertools.count(1)

    def flaky(ctx: Context) -> int:
        if next(attempts) < 3:
            raise ValueError("not yet")
        return ctx.attempt

    finished = run_flow(flow({"flaky": task(delay=60_000)}), {"flaky": flaky})

    assert finished.output == {"flaky": 3}
    assert [(error.class_, error.message) for error in finished.errors] == [("ValueError", "not yet")] * 2
    assert "in flaky" in str(finished.errors[0].traceback)
    assert finished.run.ended_at is not None
    assert finished.run.ended_at - finished.run.started_at == timedelta(seconds=60 + 1 + 2)


def test_a_handler_chooses_its_own_moment_and_its_own_end() -> None:
    answers = iter([RetryLater(after=3600), Permanent("gone")])

    def moody() -> None:
        raise next(answers)

    finished = run_flow(flow({"moody": task()}), {"moody": moody})

    assert (finished.status, finished.failed_step) == ("failed", "moody")
    assert [error.terminal for error in finished.errors] == [False, True]
    assert finished.errors[1].failed_at - finished.errors[0].failed_at == timedelta(hours=1)


def test_a_failure_that_was_skipped_is_in_the_context_of_who_depends_on_it() -> None:
    def wrong() -> None:
        raise LookupError("lost")

    def after(wrong: None, ctx: Context) -> Any:
        return [wrong, ctx.failures["wrong"]["class"]]

    steps = {"wrong": task(on_failure="skip"), "after": task(depends_on=["wrong"], join="settled")}
    finished = run_flow(flow(steps), {"wrong": wrong, "after": after})

    assert finished.output == {"after": [None, "LookupError"]}
    assert finished.run.skipped_failures == 1


def test_an_input_that_does_not_fit_fails_the_first_task_for_good() -> None:
    finished = run_flow(flow({"a": task()}, input=URL), {"a": lambda: 1}, {"url": 5})

    assert finished.failed_step == "a"
    [error] = finished.errors
    assert error.error["class"] == "InvalidInput"


def test_an_input_that_does_not_fit_fails_every_task_that_comes_up() -> None:
    steps = {"a": task(on_failure="skip"), "b": task(depends_on=["a"], join="settled")}
    finished = run_flow(flow(steps, input=URL), {"a": lambda: 1, "b": lambda: 2}, {"url": 5})

    assert finished.failed_step == "b"


def test_an_output_that_does_not_fit_its_schema_fails_the_task_for_good() -> None:
    finished = run_flow(flow({"a": task(output={"type": "integer"})}), {"a": lambda: "text"})

    [error] = finished.errors
    assert (error.error["class"], error.terminal) == ("InvalidOutput", True)


def test_secrets_are_those_that_are_given() -> None:
    steps = {"a": task()}

    def a(ctx: Context) -> bool:
        return ctx.secrets["TOKEN"].reveal() == "hidden"

    assert run_flow(flow(steps, secrets=["TOKEN"]), {"a": a}, secrets={"TOKEN": "hidden"}).output == {"a": True}
    assert run_flow(flow(steps, secrets=["TOKEN"]), {"a": a}).status == "failed"


def test_a_handler_that_nobody_gave_is_missed_when_its_step_is_ready() -> None:
    steps = {"a": task(), "b": task(depends_on=["a"], handler="mail.send")}

    with pytest.raises(HandlersError, match=r"no handler for step `b`: it needs `mail.send`"):
        run_flow(flow(steps), {"a": lambda: 1})


def test_an_interrupted_handler_interrupts_the_simulation() -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_flow(flow({"stop": task()}), {"stop": stop})


def test_handlers_and_settling_by_hand_go_together() -> None:
    simulation = Simulation()
    simulation.deploy(flow({"a": task(), "approve": task(depends_on=["a"]), "b": task(depends_on=["approve"])}))
    run_id = simulation.start("tested")
    worker = Worker(simulation, {"a": lambda: 1, "b": lambda approve: approve})

    assert worker.work() == 1
    [asked] = simulation.poll(["approve"])
    simulation.complete(asked, "yes")
    assert worker.work() == 1
    assert simulation.run(run_id).output == {"b": "yes"}


def test_a_map_of_ten_thousand_elements_is_run() -> None:
    steps = {"numbers": task(), "doubled": map_over("$numbers", depends_on=["numbers"])}
    finished = run_flow(flow(steps), {"numbers": lambda: list(range(10_000)), "doubled": lambda item: item * 2})

    assert finished.output == {"doubled": [2 * number for number in range(10_000)]}


def test_a_finished_run_has_the_rows_of_the_database() -> None:
    def wrong() -> None:
        raise ValueError("no")

    steps = {"a": task(), "wrong": task(on_failure="skip", retry={"max_attempts": 1})}
    finished = run_flow(flow(steps), {"a": lambda: {"x": 1}, "wrong": wrong})

    row = run_row(finished)
    assert isinstance(row, Run)
    assert (row.status, row.output, row.input) == ("completed", '{"a":{"x":1},"wrong":null}', "{}")
    assert [(step.step_slug, step.status, step.output) for step in step_rows(finished)] == [
        ("a", "completed", '{"x":1}'),
        ("wrong", "skipped", None),
    ]
    [error] = error_rows(finished)
    assert (error.class_, error.message, error.terminal) == ("ValueError", "no", True)
