"""Two calls stepped into each other: one holds its locks, the other comes upon them, then the first commits or not."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import psycopg

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db import queries
from flowc.db.deploy import deploy
from flowc.db.rows import Task
from flowc.db.transaction import read_committed
from tests.conftest import Clock

LEASE = timedelta(seconds=30)
START = "2030-01-01 00:00Z"
PATIENCE = 30.0

Call = Callable[["World", psycopg.Connection], Any]

_SHOWN = """
select jsonb_agg(jsonb_build_array(
  r.run_key, r.status, r.output, r.failed_step, r.error ->> 'class', r.skipped_failures,
  (select jsonb_agg(jsonb_build_array(s.step_slug, s.status, s.skip_reason, s.output, s.total, s.remaining)
                    order by s.step_slug) from flowc.step_states s where s.run_id = r.run_id),
  (select jsonb_agg(jsonb_build_array(t.step_slug, t.task_index, t.status, t.attempt, t.failures, t.worker,
                                      t.visible_at, t.lease_expires_at, t.output)
                    order by t.step_slug, t.task_index) from flowc.step_tasks t where t.run_id = r.run_id),
  (select jsonb_agg(jsonb_build_array(e.step_slug, e.task_index, e.attempt, e.class, e.terminal)
                    order by e.step_slug, e.task_index, e.attempt) from flowc.task_errors e where e.run_id = r.run_id)
) order by r.run_key) from flowc.runs r where r.flow_slug = $1
"""


@dataclass
class World:
    """One flow of its own in the common database, with its runs and the attempts that were leased for the scene."""

    db: psycopg.Connection
    slug: str
    runs: dict[str, str] = field(default_factory=dict)
    leased: dict[tuple[str, str, int | None], Task] = field(default_factory=dict)

    def start(self, *keys: str, conn: psycopg.Connection | None = None, value: Any = None) -> str:
        """Start runs by their keys; the answer is the last one's id."""
        for key in keys:
            self.runs[key] = queries.start_flow(conn or self.db, self.slug, json.dumps(value or {}), run_key=key)
        return self.runs[keys[-1]]

    def poll(self, conn: psycopg.Connection | None = None, limit: int = 100, worker: str = "w") -> list[list[Any]]:
        """Lease tasks, and remember them; the answer says which."""
        tasks = queries.poll_for_tasks(conn or self.db, 0, worker, [self.slug], limit, LEASE)
        names = {run_id: key for key, run_id in self.runs.items()}
        self.leased |= {(names[task.run_id], task.step_slug, task.task_index): task for task in tasks}
        return sorted([names[task.run_id], task.step_slug, task.task_index or -1, task.attempt] for task in tasks)

    def place(self, key: str, step: str, index: int | None = None) -> tuple[str, str, int | None, int]:
        """What names a leased attempt."""
        task = self.leased[key, step, index]
        return task.run_id, task.step_slug, task.task_index, task.attempt

    def places(self, *where: Sequence[Any]) -> tuple[list[Any], ...]:
        """What names several, as the batch calls take them."""
        run_ids, slugs, indexes, attempts = zip(*(self.place(*one) for one in where), strict=True)
        return list(run_ids), list(slugs), list(indexes), list(attempts)

    def shown(self) -> Any:
        """All that people see of the runs, without what differs from world to world."""
        row = self.db.execute(f"execute shown ('{self.slug}')").fetchone()  # type: ignore[arg-type]
        assert row is not None
        return row[0]


class Stage:
    """A database on which scenes are played, each in a world of its own.

    Args:
        db: a connection that looks on.
        first, second: those of the two calls.
    """

    def __init__(self, db: psycopg.Connection, first: psycopg.Connection, second: psycopg.Connection) -> None:
        self.db = db
        self.first = first
        self.second = second
        self._clock = Clock(db)
        self._worlds = 0
        self._threads = ThreadPoolExecutor(2)
        # Planned once: planning takes longer than looking.
        db.execute("prepare offences as select * from flowc.invariants")
        db.execute(f"prepare shown (text) as {_SHOWN}")  # type: ignore[arg-type]

    @contextmanager
    def world(self, steps: Mapping[str, Any], scene: Callable[[World], None]) -> Iterator[World]:
        """A new flow of these steps, all of one handler, in which the scene was set; at the same time each time."""
        self._worlds += 1
        slug = f"world_{self._worlds}"
        whole = {name: _written_out(step, slug) for name, step in steps.items()}
        deploy(self.db, emit([define({"flow": slug, "steps": whole})], plain=True))
        self._clock.set(START)
        self.db.execute("update flowc._buckets set next_expiry_at = '-infinity'")
        world = World(self.db, slug)
        scene(world)
        try:
            yield world
        finally:
            for (run_id,) in self.db.execute("select run_id from flowc.runs where flow_slug = %s", [slug]).fetchall():
                queries.cancel_run(self.db, run_id)
            self._clock.advance("1 minute")
            queries.prune(self.db, timedelta(0))

    def serially(self, world: World, *calls: Call) -> tuple[list[Any], Any]:
        """The answers of calls one after the other, and what is to be seen then."""
        answers = [answer_of(call, world, self.second) for call in calls]
        return answers, world.shown()

    def interleaved(self, world: World, first: Call, second: Call, *, commit: bool) -> tuple[bool, list[Any], Any]:
        """The first call in an open transaction, the second upon it, then commit or rollback.

        Returns:
            Whether the second waited for the first, their answers, and what is to be seen then.
        """
        self.first.execute("begin isolation level read committed")
        answers = [answer_of(first, world, self.first)]
        second_answer = self._threads.submit(answer_of, second, world, self.second)
        waited = self.waits(self.second, self.first, second_answer)
        self.first.execute("commit" if commit else "rollback")
        answers.append(second_answer.result(PATIENCE))
        return waited, answers, world.shown()

    def waits(self, waiter: psycopg.Connection, holder: psycopg.Connection, call: Future[Any]) -> bool:
        """Wait until one connection waits for a lock of the other, or its call is done; whether it waits."""
        until = time.monotonic() + PATIENCE
        while not call.done():
            row = self.db.execute("select pg_blocking_pids(%s)", [waiter.info.backend_pid]).fetchone()
            assert row is not None
            if holder.info.backend_pid in row[0]:
                return True
            assert time.monotonic() < until
        return False

    def is_stuck(self, waiter: psycopg.Connection) -> None:
        """Wait until a connection waits for a lock, whose ever."""
        until = time.monotonic() + PATIENCE
        while self.db.execute("select pg_blocking_pids(%s) = '{}'", [waiter.info.backend_pid]).fetchone() == (True,):
            assert time.monotonic() < until

    def offences(self) -> list[Any]:
        """What the invariants say."""
        return self.db.execute("execute offences").fetchall()

    def close(self) -> None:
        """Leave no thread behind."""
        self._threads.shutdown()


def _written_out(step: Mapping[str, Any], handler: str) -> dict[str, Any]:
    """A step as the compiler writes it; without jitter, so that all moments are certain."""
    if step.get("kind") == "branch":
        return dict(step)
    return {"kind": "task", "handler": handler, **step, "retry": {"jitter": 0, **step.get("retry", {})}}


def answer_of(call: Call, world: World, conn: psycopg.Connection) -> Any:
    """What a call answers, or the SQLSTATE with which it is refused."""
    try:
        return call(world, conn)
    except psycopg.Error as error:
        if not (error.sqlstate or "").startswith("FC"):
            raise
        return error.sqlstate


def in_transaction(conn: psycopg.Connection, sql: str) -> None:
    """Run SQL as a deploy does."""
    with read_committed(conn):
        conn.execute(sql.encode())
