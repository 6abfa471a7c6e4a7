"""What the worker's main thread says to the database, on the one connection that it has for that."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import psycopg
from psycopg import Connection

from flowc.db import queries
from flowc.db.install import require_schema
from flowc.db.rows import Reply, Task
from flowc.db.sqlstate import as_flowc_error
from flowc.references import ITEM
from flowc.runtime.encode import decode, encode
from flowc.runtime.line import Line
from flowc.runtime.settling import Result, array_of, settle_apart

T = TypeVar("T")

_log = logging.getLogger("flowc.worker")

_REMEMBERED_INPUTS = 16
_TELL_SECONDS = 300.0
# The engine's people see a worker as alive so long after its last word.
ALIVE = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a worker polls for: handlers by name, in some queues or all (None), with the secrets that it has.

    ``code_version`` is what it says of its code; None is nothing.
    """

    worker_id: str
    handlers: Sequence[str]
    lease: timedelta
    queues: Sequence[str] | None
    secrets: Sequence[str]
    code_version: str | None = None


class Exchange:
    """The calls of a worker; each waits for a database that is away, and raises FlowcError where that is no use.

    ``on_secret`` is told the name of each secret that the flows need which the worker performs, and that it has.
    """

    def __init__(self, line: Line, terms: Terms, on_secret: Callable[[str], None] = lambda _: None) -> None:
        self._line = line
        self._terms = terms
        self._on_secret = on_secret
        self._ahead = timedelta(0)
        self._inputs: dict[tuple[str, str], tuple[str, str, str | None] | None] = {}
        self._told: set[tuple[str, str]] = set()
        self._tell_again_at = 0.0
        self.buckets: list[int] = []

    def open(self) -> None:
        """Connect, and look whether the database is what we need; raises DatabaseError."""
        conn = self._line.conn
        require_schema(conn)
        self.buckets = list(range(self._call(queries.buckets)))
        self._ahead = self._call(queries.now) - datetime.now(UTC)
        self._look_at_secrets()
        self._call(self.sign_in)

    def sign_in(self, conn: Connection) -> None:
        """Say that we live, and what we can take; from any thread, on its own connection."""
        terms = self._terms
        what = terms.handlers, terms.queues, terms.secrets
        for bucket in self.buckets:
            queries.sign_in(conn, bucket, terms.worker_id, *what, ALIVE, terms.code_version)

    def sign_out(self) -> None:
        """Say that we take no more tasks; a database that does not answer finds out by itself."""
        for bucket in self.buckets:
            queries.sign_out(self._line.conn, bucket, self._terms.worker_id)

    def ahead(self) -> timedelta:
        """By how much the database's clock is ahead of this machine's."""
        return self._ahead

    def now(self) -> datetime:
        """The database's time, as this process's clock knows it."""
        return datetime.now(UTC) + self._ahead

    def settle_and_poll(self, bucket: int, results: list[Result], ask: int) -> list[Reply]:
        """Settle these results and lease up to ``ask`` tasks of one bucket."""

        def call(some: list[Result], ask: int) -> list[Reply]:
            terms, array = self._terms, array_of(some)
            return self._line.call(
                lambda conn: queries.settle_and_poll(
                    conn, bucket, array, terms.worker_id, terms.handlers, ask, terms.lease, terms.queues, terms.secrets
                )
            )

        try:
            return call(results, ask)
        except psycopg.Error as error:
            return settle_apart(results, error, lambda some: call(some, 0))

    def register(self, seconds: float) -> None:
        """Say that we sleep for so long and want to be woken; a negative number: that we are gone."""
        until, terms = self.now() + timedelta(seconds=seconds), self._terms
        for bucket in self.buckets:
            self._call(lambda conn, b=bucket: queries.sleep(conn, b, terms.worker_id, until, terms.handlers))  # type: ignore[misc]

        self._look_at_secrets()

    def _look_at_secrets(self) -> None:
        """Say, once for each, which secrets keep us from flows; flows deployed meanwhile are noticed now and then."""
        if time.monotonic() < self._tell_again_at:
            return
        self._tell_again_at = time.monotonic() + _TELL_SECONDS
        terms = self._terms
        for pair in self._call(lambda conn: queries.missing_secrets(conn, terms.handlers, [])):
            if pair[1] in terms.secrets:
                self._on_secret(pair[1])
            elif pair not in self._told:
                self._told.add(pair)
                _log.warning(
                    "flow `%s` needs the secret `%s`, which this worker lacks: it leaves that flow to others", *pair
                )

    def due_in(self) -> float | None:
        """In how many seconds polling may find something that nobody wakes us for; None is never."""
        dues = [self._call(lambda conn, b=bucket: queries.next_due(conn, b)) for bucket in self.buckets]  # type: ignore[misc]
        known = [due for due in dues if due is not None]
        return (min(known) - self.now()).total_seconds() if known else None

    def definition_of(self, flow_slug: str) -> Mapping[str, Any] | None:
        """The definition of a flow; None if it is unknown."""
        text = self._call(lambda conn: queries.get_flow(conn, flow_slug))
        definition: Mapping[str, Any] | None = None if text is None else decode(text)
        return definition

    def with_inputs(self, task: Task) -> Task:
        """The task with all that its handler may name; elements of one map share what was read."""
        key = (task.run_id, task.step_slug)
        if key not in self._inputs:
            if len(self._inputs) >= _REMEMBERED_INPUTS:
                del self._inputs[next(iter(self._inputs))]
            self._inputs[key] = self._call(lambda conn: queries.get_inputs(conn, *key))
        found = self._inputs[key]
        return task if found is None else task._replace(run_input=found[0], inputs=found[1], blobs=found[2])

    def with_item(self, task: Task) -> Task:
        """The task with the element of its map, which a poll leaves out where blobs stand in it."""
        assert task.task_index is not None
        key = (task.run_id, task.step_slug, task.task_index)
        found = self._call(lambda conn: queries.get_item(conn, *key))
        if found is None:
            return task
        item, marks = found
        blobs = {**(decode(task.blobs) if task.blobs else {}), **({ITEM: decode(marks)} if marks else {})}
        return task._replace(item=item, blobs=encode(blobs).decode() if blobs else None)

    def _call(self, query: Callable[[Connection], T]) -> T:
        try:
            return self._line.call(query)
        except psycopg.Error as error:
            raise as_flowc_error(error) from None
