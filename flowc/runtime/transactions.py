"""``tx``: a transaction for a handler's own writes, committed together with its result or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, cast

import psycopg
from psycopg import Connection
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row

from flowc.db import queries
from flowc.db.connect import connect
from flowc.db.rows import Task
from flowc.db.sqlstate import Verdict, judge
from flowc.runtime.outcome import Completed, Refused
from flowc.runtime.settling import array_of, result_of

# Carries the mark of the transaction that a handler was given, so that one it began itself is told from it.
_MARK = "flowc.tx"
_NO_TIME = timedelta(seconds=30)


class TransactionLost(Exception):
    """What a handler wrote with ``tx`` was rolled back, and its result with it."""


class Transaction:
    """One open transaction, of one attempt.

    Attributes:
        connection: what the handler gets.
    """

    def __init__(self, connection: Connection, task: Task, worker_id: str) -> None:
        self.connection = connection
        self._task = task
        self._worker_id = worker_id

    def complete(self, outcome: Completed) -> Completed:
        """Record a result as the last thing before the commit; from here to there rows of the engine are locked.

        Raises:
            Refused: the handler ended the transaction, or PostgreSQL refuses the result.
            TransactionLost: a statement in it failed, or the attempt counts no more.
        """
        self._require_whole()
        results = array_of([result_of(self._task, outcome)])
        bucket = int(self._task.run_id[-4:], 16)
        try:
            replies = queries.settle_and_poll(self._tuples(), bucket, results, self._worker_id, [], 0, _NO_TIME)
        except psycopg.Error as error:
            if judge(error) is not Verdict.REFUSED or error.sqlstate == "57014":
                raise
            said = (error.diag.message_primary or str(error)).strip()
            raise Refused("InvalidOutput", f"the result cannot be stored: PostgreSQL says: {said}") from None
        for reply in replies:
            raise TransactionLost(
                f"what was written with `tx` is rolled back: the attempt counts no more ({reply.answer})"
            )
        return outcome._replace(settled=True)

    def _require_whole(self) -> None:
        status = self.connection.info.transaction_status
        if status == TransactionStatus.INERROR:
            raise TransactionLost("a statement with `tx` failed, and the handler went on: nothing of it can be kept")
        if status != TransactionStatus.INTRANS or self._mark() != _mark_of(self._task):
            raise Refused(
                "InvalidTransaction", "the handler ended the transaction that it got as `tx`; flowc does that for it"
            )

    def _mark(self) -> Any:
        row = self._tuples().execute(f"select current_setting('{_MARK}', true)").fetchone()
        return row and row[0]

    def _tuples(self) -> Connection:
        """What executes like the connection, with rows that no handler's row factory changed."""
        return cast("Connection", self.connection.cursor(row_factory=tuple_row))


class Transactions:
    """Opens transactions for handlers, each on a connection of its own, so that nothing of one is left to another.

    Args:
        url: the database.
        worker_id: the name of the worker.
    """

    def __init__(self, url: str, worker_id: str) -> None:
        self._url = url
        self._worker_id = worker_id

    @contextmanager
    def open(self, task: Task, seconds: float) -> Iterator[Transaction]:
        """A transaction that PostgreSQL itself ends when it takes longer than ``seconds``; committed at the end.

        Raises:
            DatabaseError: no connection could be made.
        """
        conn = connect(self._url, application_name=f"{self._worker_id} tx")
        try:
            with conn.transaction():
                _begin(conn, task, seconds)
                yield Transaction(conn, task, self._worker_id)
        finally:
            conn.close()


class Lent:
    """The same within a connection of somebody who tests: results go to the simulation, writes to the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def open(self, task: Task, seconds: float) -> Iterator[LentTransaction]:
        """A transaction, or a savepoint where one is open already."""
        with self._connection.transaction():
            yield LentTransaction(self._connection)


class LentTransaction:
    """A transaction that knows of no engine."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def complete(self, outcome: Completed) -> Completed:
        """Nothing to record; raises TransactionLost if a statement failed."""
        if self.connection.info.transaction_status == TransactionStatus.INERROR:
            raise TransactionLost("a statement with `tx` failed, and the handler went on: nothing of it can be kept")
        return outcome


def _begin(conn: Connection, task: Task, seconds: float) -> None:
    """Mark the transaction and bound it: each statement, each pause and, from PostgreSQL 17 on, the whole."""
    limits = ["statement_timeout", "idle_in_transaction_session_timeout"]
    if conn.info.server_version >= 170000:
        limits.append("transaction_timeout")
    settings = {_MARK: _mark_of(task), **dict.fromkeys(limits, f"{max(1, round(seconds * 1000))}ms")}
    conn.execute(
        "select set_config(name, value, true) from unnest(%s::text[], %s::text[]) as s (name, value)",
        [list(settings), list(settings.values())],
    )


def _mark_of(task: Task) -> str:
    return f"{task.run_id} {task.step_slug} {task.task_index} {task.attempt}"
