"""Performs a task: calls its handler with what the flow provides, and turns whatever happens into an outcome."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

from flowc.db.rows import Task
from flowc.references import INDEX, INPUT, ITEM
from flowc.runtime.arguments import Arguments, InvalidArguments
from flowc.runtime.blobs import Blob
from flowc.runtime.blobs.blob import JSON
from flowc.runtime.blobs.depot import Depot, keep
from flowc.runtime.blobs.marks import Place, put_in_place, read_marks, taken_out
from flowc.runtime.blobs.trouble import BlobTooLarge
from flowc.runtime.blobs.wishes import loaded
from flowc.runtime.calling import alone, awaited, called
from flowc.runtime.context import Context
from flowc.runtime.convert import Misfit
from flowc.runtime.encode import NotJSON, decode, encode
from flowc.runtime.failure import Permanent, RetryLater, error_object, error_of, retry_moment
from flowc.runtime.handlers import PREVIOUS
from flowc.runtime.leaks import leak_in, leak_in_blobs
from flowc.runtime.outcome import Completed, Failed, Outcome, Refused
from flowc.runtime.plan import Plan
from flowc.runtime.secrets import SecretError
from flowc.schemas import SchemaError, errors_of, path_text

T = TypeVar("T")

_NO_TX = (
    "a handler asks for `tx`, and there is no database for it: where it runs FLOWC_DATABASE_URL is not set, or"
    " `run_flow` was given no `tx=`"
)

# What would go wrong the same way again.
_FINAL = (Permanent, SecretError, BlobTooLarge)


def _now() -> datetime:
    return datetime.now(UTC)


class Written(NamedTuple):
    """A result as JSON, and the blobs in it, which are null there."""

    output: bytes
    places: Sequence[Place]


class Performance:
    """One task being performed by one attempt: what both ways of calling a handler, plain and async, share."""

    def __init__(
        self,
        task: Task,
        plan: Plan,
        cancelled: Callable[[], bool],
        now: Callable[[], datetime],
        blobs: Depot | None,
    ) -> None:
        self.task = task
        self.blobs = blobs
        self.plan = plan
        self.now = now
        self.position = 0
        self.tx: object = None
        self.context = Context(
            run_id=str(task.run_id),
            flow=plan.flow,
            step=plan.step,
            task_index=task.task_index,
            attempt=task.attempt,
            secrets=plan.secrets,
            blobs=self.blobs,
            cancelled=cancelled,
        )

    def values(self) -> dict[str, Any]:
        """What the handler may be given, by name; raises Refused if that cannot be read or does not fit its schema."""
        task = self.task
        try:
            values = decode(task.inputs) if task.inputs else {}
            if task.run_input is not None:
                values[INPUT] = decode(task.run_input)
            if task.task_index is not None:
                values[ITEM] = None if task.item is None else decode(task.item)
                values[INDEX] = task.task_index
            if task.blobs is not None and self.blobs is not None:
                for name, marks in decode(task.blobs).items():
                    values[name] = put_in_place(values.get(name), read_marks(marks), self.blobs.at)
            if task.errors is not None:
                self.context.failures = decode(task.errors)
        except ValueError as error:
            raise Refused("InvalidInput", f"what the task brings cannot be read: {error}") from None
        if task.check_input and self.plan.input_schema is not None:
            _require("InvalidInput", "the run's input", self.plan.input_schema, loaded(values.get(INPUT)))
        return values

    def arguments(self, position: int, values: Mapping[str, Any]) -> Arguments:
        """What the handler at this place of the step's is called with."""
        self.position = position
        with_blobs = position == 0 and self.task.blobs is not None
        return self.plan.calls[position].arguments(values, self.context, tx=self.tx, blobs=with_blobs)

    def written(self, result: object) -> Written:
        """A result as JSON; raises Refused if it cannot be stored, or fits no declared schema or annotation."""
        converter = self.plan.calls[-1].handler.result
        try:
            plain = result if converter is None else converter.to_plain(result)
            written = Written(encode(plain), ()) if self.blobs is None else _written(plain)
        except NotJSON as error:
            if inspect.iscoroutine(result):
                result.close()
            raise Refused("InvalidOutput", f"the result cannot be stored: {error}") from None
        except Misfit as misfit:
            raise self._unfit(misfit) from None
        output = written.output
        self._refuse_secrets(leak_in(output, self.plan.secrets.guard))
        if self.plan.output_schema is not None:
            _require("InvalidOutput", "the result", self.plan.output_schema, decode(output))
        if converter is not None and type(result) not in converter.quick:
            self._require_annotated(result, output)
        return written

    def is_inline(self, written: Written) -> bool:
        """Whether a result stays in its row as a whole."""
        return self.blobs is None or not (written.places or len(written.output) > self.blobs.inline_limit)

    def completed(self, written: Written) -> Completed:
        """The outcome of a result, its blobs stored; raises Refused, or BlobError if that does not work."""
        if self.blobs is None or self.is_inline(written):
            return Completed(written.output)
        new = [place for place in written.places if not place.blob.is_in(self.blobs)]
        self._refuse_secrets(leak_in_blobs(new, self.plan.secrets.guard))
        _require_json(new)
        needs = self.plan.needs and self.plan.needs.of_element(self.task.task_index)
        return Completed(*keep(*written, needs, self.blobs))

    def _refuse_secrets(self, leak: str | None) -> None:
        if leak is not None:
            raise Refused("SecretInOutput", leak)

    def _require_annotated(self, result: object, output: bytes) -> None:
        """Raises Refused if the result is not what its handler is annotated to return."""
        handler = self.plan.calls[-1].handler
        assert handler.result is not None
        try:
            handler.result.require(result, output)
        except Misfit as misfit:
            raise self._unfit(misfit) from None

    def _unfit(self, misfit: Misfit) -> Refused:
        annotated = f"the result does not fit what `{self.plan.calls[-1].handler.name}` is annotated to return"
        return Refused("InvalidOutput", f"{annotated} at `${misfit.path}`: {misfit.sentence}")

    def failed(self, error: BaseException) -> Failed:
        """The outcome of an exception; never raises."""
        redact = self.plan.secrets.guard.mask
        cls = type(error)  # `isinstance` would ask the exception itself, which may raise
        if issubclass(cls, Refused | InvalidArguments):
            kind = error.kind if isinstance(error, Refused) else "InvalidArguments"
            return Failed({**error_of(kind, str(error), redact), **self._where()}, retryable=False)
        stored = {**error_object(error, redact), **self._where()}
        if not issubclass(cls, Exception):
            stored["message"] = f"the handler raised {stored['class']}({stored['message']})"
        retry_at = retry_moment(error, self.now()) if issubclass(cls, RetryLater) else None
        return Failed(stored, retryable=not issubclass(cls, _FINAL), retry_at=retry_at)

    def _where(self) -> dict[str, str]:
        """Of several handlers, the one that was at work."""
        calls = self.plan.calls
        return {"handler": calls[self.position].handler.name} if len(calls) > 1 else {}


def perform(
    task: Task,
    plan: Plan,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    now: Callable[[], datetime] = _now,
    wait_for: Callable[[Coroutine[Any, Any, Any]], Any] = asyncio.run,
    blobs: Depot | None = None,
) -> Outcome:
    """Call the handlers of a task's step and say what came of it; never raises.

    Args:
        task: the leased task.
        plan: its step's plan.
        cancelled: what ``ctx.cancelled`` asks.
        now: the clock that ``RetryLater(after=...)`` counts from.
        wait_for: runs the coroutine of an async handler to its end.
        blobs: where blobs are; without, every value stays in its row.
    """
    performance = Performance(task, plan, cancelled, now, blobs)
    try:
        if not plan.wants_tx:
            return alone(_performed, performance, wait_for)
        if plan.transactions is None:
            raise Refused("InvalidArguments", _NO_TX)
        with plan.transactions.open(task, plan.timeout) as transaction:
            performance.tx = transaction.connection
            return transaction.complete(alone(_performed, performance, wait_for))
    except BaseException as error:  # noqa: BLE001 - SystemExit and all: a handler never ends its worker
        return performance.failed(error)


def _performed(performance: Performance, wait_for: Callable[[Coroutine[Any, Any, Any]], Any]) -> Completed:
    """The handlers of a step, called one after the other, and what came of the last one."""
    values = performance.values()
    for position, call in enumerate(performance.plan.calls):
        positional, named = performance.arguments(position, values)
        if call.handler.is_async:
            values = {PREVIOUS: wait_for(awaited(call.handler.function, *positional, **named))}
        else:
            values = {PREVIOUS: called(call.handler.function, *positional, **named)}
    return performance.completed(performance.written(values[PREVIOUS]))


async def perform_async(
    task: Task,
    plan: Plan,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    now: Callable[[], datetime] = _now,
    blobs: Depot | None = None,
) -> Outcome:
    """The same on an event loop, for a step all of whose handlers are async; never raises, also when cancelled."""
    performance = Performance(task, plan, cancelled, now, blobs)
    try:
        values = await _beside(task.blobs is not None, performance.values)
        for position, call in enumerate(plan.calls):
            loads = position == 0 and task.blobs is not None
            positional, named = await _beside(loads, performance.arguments, position, values)
            values = {PREVIOUS: await awaited(call.handler.function, *positional, **named)}
        written = performance.written(values[PREVIOUS])
        return await _beside(not performance.is_inline(written), performance.completed, written)
    except BaseException as error:  # noqa: BLE001
        return performance.failed(error)


async def _beside(slow: bool, function: Callable[..., T], *arguments: Any) -> T:
    """What a function returns; called in a thread beside the loop where it may wait for a store of blobs."""
    return await asyncio.to_thread(function, *arguments) if slow else function(*arguments)


def _written(result: object) -> Written:
    """A result as JSON, null where there are bytes or blobs in it; raises NotJSON."""
    if not isinstance(result, bytes | bytearray | memoryview | Blob):
        try:
            return Written(encode(result), ())
        except NotJSON:
            pass
    without, places = taken_out(result)
    return Written(encode(without if places else result), places)


def _require_json(places: Iterable[Place]) -> None:
    """Raises Refused if a blob that says that it is JSON is none."""
    for place in places:
        if place.blob.is_json:
            try:
                encode(place.blob.json())
            except (ValueError, NotJSON) as error:
                what = f"the blob at `{path_text(place.steps)}` says that it is {JSON}"
                raise Refused("InvalidOutput", f"{what}, and cannot be read as that: {error}") from None


def _require(kind: str, what: str, schema: Any, value: Any) -> None:
    try:
        mistakes = errors_of(schema, value)
    except SchemaError as error:
        raise Refused(kind, f"{what} cannot be checked, its schema is none: {error}") from None
    if mistakes:
        path, message = mistakes[0]
        more = f" (and {len(mistakes) - 1} more)" if len(mistakes) > 1 else ""
        raise Refused(kind, f"{what} does not fit its schema at `{path}`: {message}{more}")
