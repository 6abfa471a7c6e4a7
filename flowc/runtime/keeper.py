"""The thread in the background that keeps what the worker holds: leases, time limits, tasks that wait too long."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Event, Thread

import psycopg
from psycopg import Connection

from flowc.db import queries
from flowc.db.sqlstate import as_flowc_error
from flowc.errors import FlowcError
from flowc.runtime.executors import Executor
from flowc.runtime.failure import error_of
from flowc.runtime.intake import Intake
from flowc.runtime.leases import Held, Lease, fields_of
from flowc.runtime.line import Line
from flowc.runtime.outcome import Failed
from flowc.runtime.workshop import Workshop

_log = logging.getLogger("flowc.worker")

_TICK_SECONDS = 0.02
_ROUND_TICKS = 5
# A task that waits longer than this for a slot is handed back, for somebody who has one.
_WAIT_SECONDS = 1.0
# Polls walk over what earlier ones left dead in the index; autovacuum comes by no more than once a minute.
_SWEEP_TASKS = 25_000
# People are told so often that the worker lives: rarely enough to cost nothing.
_SIGN_SECONDS = 50.0


class Keeper:
    """Watches over the held leases while the worker's main thread is busy with other things.

    Args:
        line: a connection of its own.
        worker_id: the worker's name.
        lease: for how long tasks are leased.
        workshop, intake: the worker's.
        sign_in: says that the worker lives.
    """

    def __init__(
        self,
        *,
        line: Line,
        worker_id: str,
        lease: timedelta,
        workshop: Workshop,
        intake: Intake,
        sign_in: Callable[[Connection], None],
    ) -> None:
        self._line = line
        self._worker_id = worker_id
        self._lease = lease
        self._workshop = workshop
        self._held = workshop.held
        self._intake = intake
        self._something = Event()
        self._stopped = False
        self._thread = Thread(target=self._run, name="flowc-keeper", daemon=True)
        self._extend_at = 0.0
        self._settled = 0
        self._sign_in = sign_in
        self._sign_at = 0.0

    def start(self) -> None:
        """Begin to watch over a worker that has just signed in."""
        self._sign_at = time.monotonic() + _SIGN_SECONDS
        self._thread.start()

    def watch(self) -> None:
        """There is something to watch over."""
        if not self._something.is_set():
            self._something.set()

    def settled(self, tasks: int) -> None:
        """So many more tasks are done: after many, their dead rows are worth a vacuum."""
        self._settled += tasks

    def stop(self) -> None:
        """Watch no more, and close the connection."""
        self._stopped = True
        self._something.set()
        self._thread.join(5.0)
        self._line.hang_up()

    def _run(self) -> None:
        ticks = 0
        while not self._stopped:
            if not len(self._held):
                self._something.clear()
                if not len(self._held) and not self._stopped:
                    self._something.wait(max(0.0, self._sign_at - time.monotonic()))
            self._sign(time.monotonic())
            time.sleep(_TICK_SECONDS)
            for executor in self._workshop.executors:
                executor.nudge()
            ticks += 1
            if ticks % _ROUND_TICKS == 0:
                self._round()

    def _sign(self, now: float) -> None:
        if now >= self._sign_at and not self._stopped:
            self._sign_at = now + _SIGN_SECONDS
            self._ask("saying that this worker lives", lambda: self._line.call(self._sign_in))

    def _round(self) -> None:
        now = time.monotonic()
        for executor in self._workshop.executors:
            self._end_overdue(executor, now)
            self._hand_back_waiting(executor, now)
        if now >= self._extend_at:
            self._extend(now)
        if self._settled >= _SWEEP_TASKS:
            self._settled = 0
            self._ask("vacuuming", lambda: self._line.call(queries.vacuum_live))

    def _end_overdue(self, executor: Executor, now: float) -> None:
        for lease in executor.running():
            limit = lease.plan.timeout
            if lease.started is None or now - lease.started < limit or not self._workshop.abandon(lease):
                continue
            self._workshop.tell(
                lease, Failed(error_of("Timeout", f"the handler took longer than its timeout of {limit:g} s"))
            )
            if not executor.give_up(lease):
                lost = sum(other.closed for other in executor.running())
                text = (
                    "%r is past its timeout; a thread cannot be stopped: it keeps its slot until it ends (%d of %d do)"
                )
                _log.warning(text, lease, lost, executor.slots, extra=fields_of(lease.task))

    def _hand_back_waiting(self, executor: Executor, now: float) -> None:
        running = executor.running()
        if not executor.waiting() or len(running) < executor.slots:
            return
        blocked = min(now - (lease.started or now) for lease in running)
        if blocked >= _WAIT_SECONDS:
            self._intake.learn_at_least(blocked)
            self._ask("handing back tasks", lambda: hand_back(self._line, self._held, executor.take_back()))

    def _extend(self, now: float) -> None:
        """Extend, once every third of a lease, those that are older than that."""
        third = self._lease.total_seconds() / 3
        old = [lease for lease in self._held.all() if now - lease.extended >= third - _TICK_SECONDS * _ROUND_TICKS]
        self._extend_at = now + min(third, 1.0)
        by_bucket: dict[int, list[Lease]] = {}
        for lease in old:
            by_bucket.setdefault(bucket_of(lease.task.run_id), []).append(lease)
        for bucket, leases in by_bucket.items():
            self._ask("extending leases", lambda b=bucket, some=leases: self._extend_some(b, some))  # type: ignore[misc]

    def _extend_some(self, bucket: int, leases: list[Lease]) -> None:
        asked_at = time.monotonic()
        answers = self._line.call(
            lambda conn: queries.extend_leases(conn, bucket, self._worker_id, *keys_of(leases), self._lease)
        )
        for lease, answer in zip(leases, answers, strict=True):
            if answer == "ok":
                lease.extended = asked_at
            elif self._workshop.cancel(lease):
                _log.info("%r is no longer ours: %s", lease, answer, extra=fields_of(lease.task))

    def _ask(self, what: str, call: Callable[[], object]) -> None:
        try:
            call()
        except psycopg.Error as error:
            _log.warning("%s failed: %s", what, as_flowc_error(error).message)
        except FlowcError as error:
            _log.warning("%s failed: %s", what, error.message)


def hand_back(line: Line, held: Held, leases: Sequence[Lease]) -> None:
    """Release tasks that were not started: they cost no attempt.

    Raises:
        psycopg.Error, DatabaseError: it failed; their leases will expire.
    """
    mine = [lease for lease in leases if held.take(lease)]
    if mine:
        line.call(lambda conn: queries.release_tasks(conn, *keys_of(mine)))


def keys_of(leases: Sequence[Lease]) -> tuple[list[str], list[str], list[int | None], list[int]]:
    """Run ids, step slugs, task indexes and attempts, as the SQL functions take them."""
    tasks = [lease.task for lease in leases]
    return (
        [task.run_id for task in tasks],
        [task.step_slug for task in tasks],
        [task.task_index for task in tasks],
        [task.attempt for task in tasks],
    )


def bucket_of(run_id: str) -> int:
    """The bucket that a run's id names in its last two bytes."""
    return int(run_id[-4:], 16)
