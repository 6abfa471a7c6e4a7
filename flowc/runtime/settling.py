"""Outcomes on their way to the database: written as one JSON array, split where PostgreSQL refuses one of them."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import orjson
import psycopg

from flowc.db.rows import Reply, Task
from flowc.db.sqlstate import as_flowc_error
from flowc.runtime.failure import error_of
from flowc.runtime.outcome import Completed, Failed, Outcome

_log = logging.getLogger("flowc.worker")

# Bytes of one call's results; PostgreSQL ends at 256 MiB for all of them together.
MAX_BATCH_BYTES = 16 * 1024 * 1024
# Not the outcome's fault: functions missing or forbidden, the wrong version, our own refusals, a closed session.
_NOT_THE_DATA = ("42", "3F", "FC", "28", "0A")
_NO_SUCH_BLOB = "23503"


class Result(NamedTuple):
    """What became of a task, and its row in the JSON array of ``settle_and_poll``."""

    task: Task
    outcome: Outcome
    row: bytes


def result_of(task: Task, outcome: Outcome) -> Result:
    """An outcome, written down."""
    if isinstance(outcome, Completed):
        if outcome.settled:
            return Result(task, outcome, b"")
        index = b"null" if task.task_index is None else b"%d" % task.task_index
        key = b'"%b","%b",%b,%d' % (task.run_id.encode(), task.step_slug.encode(), index, task.attempt)
        if outcome.blobs is not None:
            return Result(task, outcome, b'[%b,"ok",%b,null,null,%b]' % (key, outcome.output, outcome.blobs))
        return Result(task, outcome, b'[%b,"ok",%b]' % (key, outcome.output))
    retry_at = None if outcome.retry_at is None else outcome.retry_at.isoformat()
    row = [
        task.run_id,
        task.step_slug,
        task.task_index,
        task.attempt,
        "failed",
        outcome.error,
        outcome.retryable,
        retry_at,
    ]
    return Result(task, outcome, orjson.dumps(row))


def take_batch(results: deque[Result], most: int) -> list[Result]:
    """The first results, up to ``most`` and to the bytes that one call takes; at least one if there is any."""
    batch: list[Result] = []
    size = 0
    while results and len(batch) < most:
        size += len(results[0].row)
        if batch and size > MAX_BATCH_BYTES:
            break
        batch.append(results.popleft())
    return batch


def array_of(batch: list[Result]) -> bytes:
    """The argument of ``settle_and_poll``."""
    return b"[" + b",".join([result.row for result in batch if result.row]) + b"]"


def settle_apart(
    batch: list[Result], error: psycopg.Error, settle: Callable[[list[Result]], list[Reply]]
) -> list[Reply]:
    """Settle a batch that PostgreSQL refused as a whole: halves of it, down to the result that is at fault.

    That one's task fails, without retry, for what PostgreSQL said of its output.

    Args:
        batch: what was refused.
        error: how.
        settle: settles a batch, and raises psycopg.Error as it is.

    Raises:
        FlowcError: it is not one of the results that is refused.
    """
    if not batch or (error.sqlstate or "").startswith(_NOT_THE_DATA):
        raise as_flowc_error(error) from None
    if len(batch) == 1:
        return _settle_refused(batch[0], error, settle)
    middle = len(batch) // 2
    replies = []
    for half in (batch[:middle], batch[middle:]):
        try:
            replies += settle(half)
        except psycopg.Error as again:
            replies += settle_apart(half, again, settle)
    return replies


def _settle_refused(result: Result, error: psycopg.Error, settle: Callable[[list[Result]], list[Reply]]) -> list[Reply]:
    said = (error.diag.message_primary or str(error)).strip()
    if isinstance(result.outcome, Failed):
        kind, sentence = str(result.outcome.error.get("class", "Error")), f"PostgreSQL refuses the error object: {said}"
    else:
        kind, sentence = "InvalidOutput", f"the result cannot be stored: PostgreSQL says: {said}"
    # A blob that was collected, for want of a worker's word for a day, is stored again by the next attempt.
    retryable = result.outcome.retryable if isinstance(result.outcome, Failed) else error.sqlstate == _NO_SUCH_BLOB
    try:
        return settle([result_of(result.task, Failed(error_of(kind, sentence), retryable))])
    except psycopg.Error as again:
        _log.error(
            "what became of a task of %s cannot be told, its lease will expire: %s", result.task.step_slug, again
        )
        return []
