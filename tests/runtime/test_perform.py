"""Performing a task gives an outcome, whatever the handler does and whatever the task brings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import pytest

from flowc import Blob, Context, Handlers, Permanent, RetryLater
from flowc.db.rows import Task
from flowc.runtime.blobs.depot import MemoryDepot
from flowc.runtime.encode import decode
from flowc.runtime.outcome import Completed, Failed, Outcome
from flowc.runtime.perform import perform, perform_async
from flowc.runtime.plan import Plan, Plans

NOW = datetime(2030, 1, 1, tzinfo=UTC)
TASK = Task(
    run_id="00000000-0000-8000-8000-000000000000",
    flow_slug="f",
    step_slug="work",
    task_index=None,
    attempt=2,
    failures=1,
    started_at=NOW,
    lease_expires_at=NOW,
    deadline=NOW,
    run_input='{"url": "u", "n": 5}',
    inputs='{"site": {"text": "hello"}, "lost": null}',
    item=None,
    errors='{"lost": {"class": "ValueError", "message": "gone"}}',
    check_input=False,
)
SECRET = "correct-horse"


def plan_of(*functions: Callable[..., Any], step: dict[str, Any] | None = None, **flow: Any) -> Plan:
    """The plan of the step `work`, which depends on `site` and `lost`, with these handlers one after the other."""
    handlers = Handlers()
    names = [f"h{number}" for number in range(len(functions))]
    for name, function in zip(names, functions, strict=True):
        handlers.register(function, name=name)
    work = {
        "kind": "task",
        "depends_on": ["lost", "site"],
        "handler": names if len(names) > 1 else "h0",
        **(step or {}),
    }
    definition = {"flow": "f", "steps": {"site": {"kind": "task"}, "lost": {"kind": "task"}, "work": work}, **flow}
    return Plan(definition, "work", handlers, {"TOKEN": SECRET})


def done(*functions: Callable[..., Any], step: dict[str, Any] | None = None, task: Task = TASK, **flow: Any) -> Outcome:
    """The outcome of handlers; the same whether a thread or the event loop calls them."""
    plan = plan_of(*functions, step=step, **flow)
    if plan.is_async:
        return asyncio.run(perform_async(task, plan, now=lambda: NOW))
    return perform(task, plan, now=lambda: NOW)


def output(*functions: Callable[..., Any], **more: Any) -> Any:
    """What the handlers' result is stored as."""
    outcome = done(*functions, **more)
    assert isinstance(outcome, Completed), outcome
    return decode(outcome.output)


def failure(*functions: Callable[..., Any], **more: Any) -> Failed:
    """How the handlers failed."""
    outcome = done(*functions, **more)
    assert isinstance(outcome, Failed), outcome
    return outcome


def test_a_handler_is_called_with_what_it_names() -> None:
    def handler(site: Any, input: Any) -> Any:  # noqa: A002
        return [site["text"], input["n"]]

    assert output(handler) == ["hello", 5]
    assert output(lambda text: text, step={"with": {"text": "$site.text"}}) == "hello"


def test_an_element_of_a_map_has_item_and_index() -> None:
    task = TASK._replace(task_index=3, item='"three"')
    assert output(lambda item, index: [item, index], step={"kind": "map", "map": [1]}, task=task) == ["three", 3]


VARIABLE: ContextVar[str] = ContextVar("VARIABLE", default="nobody's")


def test_a_context_variable_is_that_of_one_task_and_of_all_its_handlers() -> None:
    def setting() -> None:
        VARIABLE.set("mine")

    async def setting_later() -> None:
        VARIABLE.set("mine")

    def reading() -> str:
        return VARIABLE.get()

    assert output(setting, lambda previous: VARIABLE.get()) == "mine"
    assert done(setting_later)
    assert output(reading) == "nobody's"


def test_an_async_handler_is_awaited_on_the_loop_and_elsewhere() -> None:
    async def handler(site: Any) -> Any:
        await asyncio.sleep(0)
        return site["text"]

    assert output(handler) == "hello"
    assert perform(TASK, plan_of(handler)) == Completed(b'"hello"')


def test_the_context_says_where_the_handler_is() -> None:
    def handler(ctx: Context) -> Any:
        failed = {slug: error["message"] for slug, error in ctx.failures.items()}
        return [ctx.run_id, ctx.flow, ctx.step, ctx.task_index, ctx.attempt, failed, ctx.cancelled]

    assert output(handler) == [TASK.run_id, "f", "work", None, 2, {"lost": "gone"}, False]


def test_several_handlers_pass_their_results_along_also_values_that_are_no_json() -> None:
    async def second(previous: set[str], ctx: Context) -> Any:
        return {*previous, ctx.step}

    assert output(lambda site: {site["text"]}, second, lambda previous: [*sorted(previous)]) == ["hello", "work"]


def test_of_several_handlers_the_error_names_the_one_that_failed() -> None:
    def bad(previous: int) -> NoReturn:
        raise ValueError("no")

    assert failure(lambda: 1, bad).error["handler"] == "h1"
    assert failure(lambda: 1, lambda text: text).error["handler"] == "h1"
    assert failure(lambda: 1, lambda previous: {previous}).error["handler"] == "h1"
    assert "handler" not in failure(lambda text: text).error


def raising(error: BaseException) -> Callable[[], NoReturn]:
    def handler() -> NoReturn:
        raise error

    return handler


def raising_async(error: BaseException) -> Callable[[], Any]:
    async def handler() -> NoReturn:
        raise error

    return handler


@pytest.mark.parametrize("make", [raising, raising_async])
@pytest.mark.parametrize(
    ("error", "message", "retryable"),
    [
        (ValueError("no"), "no", True),
        (Permanent("gone"), "gone", False),
        (SystemExit(3), "the handler raised SystemExit(3)", True),
        (KeyboardInterrupt(), "the handler raised KeyboardInterrupt()", True),
        (GeneratorExit(), "the handler raised GeneratorExit()", True),
        (asyncio.CancelledError(), "the handler raised CancelledError()", True),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_whatever_a_handler_raises_is_a_failed_attempt(
    make: Callable[[BaseException], Any], error: BaseException, message: str, retryable: bool
) -> None:
    failed = failure(make(error))

    assert (failed.error["class"], failed.error["message"], failed.retryable) == (
        type(error).__name__,
        message,
        retryable,
    )
    assert "in handler" in failed.error["traceback"]
    assert "/runtime/perform.py" not in failed.error["traceback"].replace("/tests/runtime/test_perform.py", "")


def test_stop_iteration_from_a_plain_handler_is_a_failed_attempt() -> None:
    assert failure(raising(StopIteration(1))).error["class"] == "StopIteration"


def test_retry_later_names_the_moment_of_the_next_attempt() -> None:
    failed = failure(raising(RetryLater("busy", after=90)))

    assert (failed.retryable, failed.retry_at) == (True, NOW + timedelta(seconds=90))
    assert failure(raising(ValueError())).retry_at is None


async def unawaited() -> None: ...


BAD_RESULTS: dict[str, tuple[Callable[[], Any], str]] = {
    "set": (lambda: {1}, "`$` is a set; return a list"),
    "nan": (lambda: {"a": float("nan")}, "`$.a` is NaN; JSON has no such number"),
    "nul": (lambda: ["\0"], "`$[0]` holds U+0000, which PostgreSQL cannot store"),
    "generator": (
        lambda: (n for n in "ab"),
        "`$` is a generator or iterator, which can be read once only; return a list",
    ),
    "coroutine": (
        lambda: [unawaited()][0],
        "`$` is a coroutine that nobody awaited; declare the handler with `async def`",
    ),
}


@pytest.mark.parametrize("name", BAD_RESULTS)
def test_a_result_that_cannot_be_stored_fails_the_task_for_good_in_one_sentence(name: str) -> None:
    handler, sentence = BAD_RESULTS[name]
    failed = failure(handler)

    assert failed.error["class"] == "InvalidOutput"
    assert failed.error["message"] == f"the result cannot be stored: {sentence}"
    assert not failed.retryable


def test_a_result_that_holds_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)

    assert "a value cannot hold itself" in failure(lambda: value).error["message"]


def test_a_result_that_does_not_fit_the_declared_schema_fails_the_task_for_good() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    failed = failure(lambda: {"n": "5"}, step={"output": schema})

    assert (failed.error["class"], failed.retryable) == ("InvalidOutput", False)
    assert "the result does not fit its schema at `$.n`" in failed.error["message"]
    assert output(lambda: {"n": 5}, step={"output": schema}) == {"n": 5}


def test_an_input_that_nobody_checked_is_checked_before_the_handler_is_called() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "string"}}}
    failed = failure(raising(AssertionError("called")), task=TASK._replace(check_input=True), input=schema)

    assert (failed.error["class"], failed.retryable) == ("InvalidInput", False)
    assert "the run's input does not fit its schema at `$.n`" in failed.error["message"]
    assert output(lambda: 1, input=schema) == 1  # somebody did


def test_arguments_that_do_not_match_fail_the_task_for_good() -> None:
    failed = failure(lambda url: url)

    assert failed.error == {
        "class": "InvalidArguments",
        "message": "nothing provides `url`, which `h0` needs",
        "traceback": "",
    }
    assert not failed.retryable


def test_what_python_cannot_read_of_an_input_fails_the_task_for_good() -> None:
    failed = failure(lambda site: site, task=TASK._replace(inputs='{"site": ' + "1" * 5000 + "}"))

    assert (failed.error["class"], failed.retryable) == ("InvalidInput", False)


def test_secrets_are_read_from_the_context_and_masked_in_errors() -> None:
    def leak(ctx: Context) -> NoReturn:
        raise ValueError(f"token {ctx.secrets['TOKEN'].reveal()}")

    failed = failure(leak, secrets=["TOKEN"])
    assert failed.error["message"] == "token ***"
    assert SECRET not in str(failed.error)
    assert output(lambda ctx: len(ctx.secrets["TOKEN"].reveal()), secrets=["TOKEN"]) == len(SECRET)


WHERE: dict[str, tuple[Callable[[str], Any], str]] = {
    "whole": (str, "$"),
    "in a list": (lambda value: {"a": [0, {"b": f"x{value}"}, value]}, "$.a[1].b"),
    "a key": (lambda value: {"a": {"b c": 1, f"x{value}": [1]}}, '$.a["x***"]'),
    "below a key that gives it away": (lambda value: {f"x{value}": [1, value]}, '$["x***"][1]'),
    "far": (lambda value: ["x"] * 100_000 + [{"z": value}] + ["y"] * 100_000, "$[100000].z"),
    "in bytes": (lambda value: {"a": [b"", value.encode()]}, "$.a[1]"),
    "a media type": (lambda value: [Blob(b"", value)], "$[0]"),
}


@pytest.mark.parametrize("way", WHERE)
def test_a_result_that_holds_a_secret_is_refused_with_its_place(way: str) -> None:
    leak, place = WHERE[way]
    plan = plan_of(lambda ctx: leak(ctx.secrets["TOKEN"].reveal()), secrets=["TOKEN"])
    failed = perform(TASK, plan, blobs=MemoryDepot())

    assert isinstance(failed, Failed)
    assert not failed.retryable
    said = f"the result holds the value of the secret `TOKEN` at `{place}`, which is never stored"
    assert (failed.error["class"], failed.error["message"]) == ("SecretInOutput", said)
    assert SECRET not in str(failed)


def test_reading_a_secret_that_the_flow_does_not_name_fails_the_task_for_good() -> None:
    failed = failure(lambda ctx: ctx.secrets["TOKEN"])

    assert failed.error["message"] == "the flow `f` does not name the secret `TOKEN`; add it to its `secrets`"
    assert not failed.retryable


def test_plans_are_made_once_and_a_flow_that_is_unknown_is_a_key_error() -> None:
    asked = []
    handlers = Handlers()
    handlers.register(lambda: 1, name="a")

    def definition_of(slug: str) -> dict[str, Any] | None:
        asked.append(slug)
        return {"flow": "f", "steps": {"a": {"kind": "task", "timeout": 500}}} if slug == "f" else None

    plans = Plans(handlers, {}, definition_of)
    assert plans.of("f", "a") is plans.of("f", "a")
    assert plans.of("f", "a").timeout == 0.5
    assert asked == ["f"]
    with pytest.raises(KeyError):
        plans.of("g", "a")
    with pytest.raises(KeyError):
        plans.of("f", "b")
