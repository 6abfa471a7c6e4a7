"""The worker: polls tasks, has them performed, settles what came of them, in one round trip again and again."""

from __future__ import annotations

import logging
import math
import os
import re
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import psycopg

from flowc.db.connect import describe
from flowc.db.rows import Reply, Task
from flowc.errors import FlowcError, UsageError
from flowc.runtime.blobs.depot import INLINE_LIMIT
from flowc.runtime.blobs.stores import TABLE
from flowc.runtime.blobs.warehouse import Warehouse
from flowc.runtime.choice import THREAD, Choice, Setting, maker_of
from flowc.runtime.code_version import code_version_of
from flowc.runtime.doorbell import Doorbell
from flowc.runtime.exchange import Exchange, Terms
from flowc.runtime.failure import error_of
from flowc.runtime.guard import Guard
from flowc.runtime.handlers import Handlers, load
from flowc.runtime.health import Health
from flowc.runtime.intake import Intake
from flowc.runtime.keeper import Keeper, bucket_of, hand_back
from flowc.runtime.leases import Lease, fields_of
from flowc.runtime.line import Line
from flowc.runtime.listening import Ear
from flowc.runtime.masking import masked_logger
from flowc.runtime.outcome import Failed
from flowc.runtime.plan import Plans
from flowc.runtime.rest import REGISTERED_SECONDS, Rest
from flowc.runtime.settling import Result, result_of, take_batch
from flowc.runtime.signals import Signals
from flowc.runtime.sources import open_sources
from flowc.runtime.transactions import Transactions
from flowc.runtime.workshop import Workshop

_log = logging.getLogger("flowc.worker")

# Results wait so long for others to share their round trip.
_GROUP_SECONDS = 0.002
_MOST_RESULTS = 500
_LONG = 60.0
_STUCK_SECONDS = 2 * _LONG
_DRAINING_SECONDS = 0.5
_SECRET_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


class Event(NamedTuple):
    """What a worker tells of a task: ``leased``, ``completed`` or ``failed``, or the answer to a result not counted."""

    kind: str
    task: Task | Reply
    error: Mapping[str, Any] | None = None


class Worker:
    """Performs tasks with the given handlers until it is stopped.

    Args:
        url: the database.
        handlers: what it can do, or where that is, as ``module:attribute``; it polls for nothing else.
        concurrency: how many plain, and how many async, handlers run at once.
        batch: the most tasks of one poll.
        lease: how long a task is ours without a sign of life.
        queues: poll these only; None is all.
        executor: what calls the handlers: ``thread`` (and an event loop for async ones), ``process``, or what makes a
            ``concurrent.futures.Executor``, itself or as ``module:attribute``. All but threads need to know where the
            handlers are.
        drain: stop when nothing is queued or started any more that this worker could do.
        worker_id: the name under which the database knows it, and which each attempt keeps; host, process and a
            random part by default.
        secrets: values by name, e.g. of ``open_sources``; the process's environment by default.
        listen: whether to be woken by NOTIFY, which a pooler may not pass on.
        blobs: where new blobs are stored: ``table``, ``folder:/path`` or ``s3://bucket/prefix``.
        inline_limit: bytes of JSON up to which a value stays in its row; larger ones become blobs.
        on_event: told of each task, in the worker's own thread.
        code_version: what attempts are kept with of the code; ``FLOWC_CODE_VERSION`` by default, or a digest of the
            handlers' files.
        guard: learns the secrets and masks them in what is told; one of its own by default.

    Raises:
        UsageError: an argument, or ``FLOWC_CODE_VERSION``, is out of range.
        HandlersError: an annotation of a handler cannot be used.
    """

    def __init__(
        self,
        url: str,
        handlers: Handlers | str,
        *,
        concurrency: int = 16,
        batch: int = 200,
        lease: timedelta = timedelta(seconds=30),
        queues: Sequence[str] | None = None,
        executor: Choice = THREAD,
        drain: bool = False,
        worker_id: str | None = None,
        secrets: Mapping[str, str] | None = None,
        listen: bool = True,
        blobs: str = TABLE,
        inline_limit: int = INLINE_LIMIT,
        on_event: Callable[[Event], None] | None = None,
        code_version: str | None = None,
        guard: Guard | None = None,
    ) -> None:
        target, handlers = (handlers, load(handlers)) if isinstance(handlers, str) else (None, handlers)
        _check(handlers, concurrency, batch, lease)
        handlers.resolve()
        self.worker_id = worker_id or f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:6]}"
        self._url = url
        self._lease = lease
        self._drain = drain
        self._listen = listen
        self._on_event = on_event
        self._stopping = False
        self._trouble: FlowcError | None = None
        self._beat = time.monotonic()
        self._more = False
        self._told_at = 0.0
        self._secrets = open_sources(()) if secrets is None else secrets
        self.guard = guard or Guard()
        names = sorted(name for name in self._secrets if _SECRET_NAME.fullmatch(name))
        self._line = Line(url, self.worker_id, self._patience)
        terms = Terms(self.worker_id, handlers.names, lease, queues, names, code_version_of(handlers, code_version))
        self._exchange = Exchange(self._line, terms, self._learn)
        self._ear = Ear(url, self.worker_id)
        self._bell = Doorbell()
        self._rest = Rest()
        transactions = Transactions(url, self.worker_id)
        self._plans = Plans(handlers, self._secrets, self._exchange.definition_of, self.guard, transactions)
        self._blobs = Warehouse(url, blobs, inline_limit, self._patience)
        self._workshop = self._open_workshop(concurrency, batch, executor, target, handlers)
        self._keeper = Keeper(
            line=Line(url, f"{self.worker_id} keeps", lambda: 0.0),
            worker_id=self.worker_id,
            lease=lease,
            workshop=self._workshop,
            intake=self._intake,
            sign_in=self._exchange.sign_in,
        )

    def _open_workshop(
        self, concurrency: int, batch: int, executor: Choice, target: str | None, handlers: Handlers
    ) -> Workshop:
        """Where tasks are performed, in the executor of choice; also decides how many to hold."""
        setting = Setting(
            size=concurrency,
            target=target,
            secrets=self._secrets,
            guard=self.guard,
            definition_of=self._plans.definition,
            ahead=self._exchange.ahead,
            on_trouble=self._give_up,
            blobs=self._blobs,
        )
        make = maker_of(executor, setting)
        kinds = len({handler.is_async for handler in handlers}) if make is None else 1
        self._intake = Intake(concurrency * kinds, batch)
        seconds = self._lease.total_seconds()
        return Workshop(
            concurrency, seconds, self._intake, self._exchange.now, self._bell.ring, blobs=self._blobs, make=make
        )

    def run(self) -> int:
        """Work until stopped, or until everything is done where that was asked for.

        Returns:
            0, or 128 and the number of the signal that stopped it.

        Raises:
            FlowcError: there is no database, or it lacks what the worker needs; or the executor broke for good.
        """
        with ExitStack() as stack:
            signals = stack.enter_context(Signals(self.stop))
            stack.enter_context(masked_logger(_log, self.guard))
            self._open(stack)
            while not self._is_done():
                self._beat = time.monotonic()
                self._wait()
                self._cycle()
            if self._trouble is not None:
                raise self._trouble
            return 0 if signals.received is None else 128 + signals.received

    def stop(self) -> None:
        """Finish what was begun, hand back the rest, and return from ``run``; from any thread or signal handler."""
        self._stopping = True
        self._bell.ring()

    def health(self) -> Health:
        """How the worker is; from any thread."""
        now, workshop = time.monotonic(), self._workshop
        problems = []
        lost_at = self._line.lost_at
        if lost_at is not None and now - lost_at > self._lease.total_seconds():
            problems.append(f"the database has not answered for {now - lost_at:.0f} s")
        elif now - self._beat > _STUCK_SECONDS and lost_at is None:
            problems.append(f"the worker has been stuck for {now - self._beat:.0f} s")
        for executor in workshop.executors:
            lost = sum(lease.closed for lease in executor.running())
            if lost >= executor.slots:
                problems.append(f"all {lost} slots are kept by handlers that are past their time")
        slots = sum(executor.slots for executor in workshop.executors)
        return Health(problems, self.worker_id, len(workshop.held), slots, self._stopping)

    def at_work(self, *, besides: str) -> int:
        """How many tasks it holds of other runs than this one; from any thread."""
        return sum(lease.task.run_id != besides for lease in self._workshop.held.all())

    def _give_up(self, trouble: FlowcError) -> None:
        self._trouble = trouble
        self.stop()

    def _learn(self, name: str) -> None:
        self.guard.learn(name, self._secrets[name])

    def _open(self, stack: ExitStack) -> None:
        stack.callback(self._bell.close)
        stack.callback(self._line.hang_up)
        stack.callback(self._blobs.close)
        self._exchange.open()
        stack.callback(self._leave)
        stack.callback(self._ear.close)
        stack.callback(self._workshop.close)
        self._keeper.start()
        stack.callback(self._keeper.stop)
        _log.info("worker %s polls %s", self.worker_id, describe(self._url))

    def _wait(self) -> None:
        """Until there is something to tell, or it is time to look for tasks; a moment more for what is nearly done."""
        if not self._workshop.outbox:
            seconds = self._until_look()
            if seconds > 0 and self._bell.wait(seconds, self._ear.socket) and self._ear.heard():
                self._rest.called()
        if self._workshop.outbox:
            self._linger()

    def _cycle(self) -> None:
        """Settle the results at hand and lease the next tasks: one round trip for each bucket."""
        room = self._room()
        results = take_batch(self._workshop.outbox, _MOST_RESULTS)
        look = room > 0 and (bool(results) or self._until_look() <= 0)
        if look and self._rest.register:
            self._exchange.register(REGISTERED_SECONDS)
            self._rest.registered()
        found = 0
        buckets = self._exchange.buckets
        for bucket in buckets:
            mine = results if len(buckets) == 1 else [r for r in results if bucket_of(r.task.run_id) == bucket]
            ask = self._room() if look else 0
            if mine or ask:
                found += self._take_in(self._exchange.settle_and_poll(bucket, mine, ask))
        buckets.append(buckets.pop(0))
        self._told_at = time.monotonic()
        self._keeper.settled(len(results))
        self._tell_results(results)
        if look:
            self._plan_next_look(room, found)

    def _take_in(self, replies: list[Reply]) -> int:
        """Have the leased tasks performed; returns how many there are."""
        leases = []
        for reply in replies:
            if reply.answer is not None:
                _log.info("%s of run %s was not counted: %s", reply.step_slug, reply.run_id, reply.answer)
                self._tell(reply.answer, reply)
            elif (lease := self._leased(reply.task)) is not None:
                leases.append(lease)
        self._workshop.submit(leases)
        if leases:
            self._keeper.watch()
        return len(leases)

    def _leased(self, task: Task) -> Lease | None:
        self._tell("leased", task)
        try:
            plan = self._plans.of(task.flow_slug, task.step_slug)
        except KeyError as error:
            outcome = Failed(error_of("UnknownHandler", f"this worker has no flow, step or handler {error}"))
            self._workshop.outbox.append(result_of(task, outcome))
            return None
        if plan.lacks_inputs:
            task = self._exchange.with_inputs(task)
        if task.task_index is not None and task.item is None:
            task = self._exchange.with_item(task)
        return Lease(task, plan)

    def _plan_next_look(self, room: int, found: int) -> None:
        self._more = found >= room
        if found:
            self._rest.found()
        if self._more:
            return
        # A quick handler may have ended by now: what it was leased for brings the next look all the same.
        busy = found > 0 or len(self._workshop.held) > 0
        hears = self._listen and not self._drain and self._ear.open()
        far = self._rest.nothing_more(busy=busy, hears=hears)
        if self._drain and not busy and not self._workshop.outbox:
            self._drain_on()
        elif far and (due := self._exchange.due_in()) is not None:
            self._rest.due_in(due)

    def _drain_on(self) -> None:
        """Nothing is ready for us: stop, unless something waits for its time or is with another worker."""
        due = self._exchange.due_in()
        if due is None:
            self.stop()
        else:
            self._rest.due_in(min(due, _DRAINING_SECONDS))

    def _until_look(self) -> float:
        """In how many seconds to poll, results or not."""
        room = 0 if self._stopping else self._room()
        if room == 0:
            return _LONG
        if self._more:
            # A result that comes in brings the next tasks anyway; a poll of its own is worth it for more than a few.
            return 0.0 if room >= self._intake.worthwhile or not self._workshop.waiting() else _LONG
        return self._rest.look_at - time.monotonic()

    def _room(self) -> int:
        return 0 if self._stopping else self._intake.room(self._workshop.occupied())

    def _linger(self) -> None:
        """Wait a moment for results that are nearly there, to tell them together."""
        until = time.monotonic() + _GROUP_SECONDS
        while len(self._workshop.outbox) < self._intake.worthwhile:
            now = time.monotonic()
            just_told = now - self._told_at < _GROUP_SECONDS
            if now >= until or not (self._workshop.waiting() or (just_told and len(self._workshop.held))):
                return
            self._bell.wait(until - now)

    def _is_done(self) -> bool:
        """Once asked to stop: hand back what was not started; done when what was started has been told."""
        if not self._stopping:
            return False
        try:
            hand_back(self._line, self._workshop.held, self._workshop.take_back())
        except (psycopg.Error, FlowcError) as error:
            _log.warning("tasks could not be handed back, their leases will expire: %s", error)
        return not len(self._workshop.held) and not self._workshop.outbox

    def _leave(self) -> None:
        """Wake somebody else from now on, and be gone for people, too."""
        with suppress(psycopg.Error, FlowcError):
            self._exchange.sign_out()
        if self._rest.is_registered:
            with suppress(FlowcError):
                self._exchange.register(-_LONG * 60)

    def _patience(self) -> float:
        return self._lease.total_seconds() if self._stopping else math.inf

    def _tell_results(self, results: list[Result]) -> None:
        talks = _log.isEnabledFor(logging.DEBUG)
        for task, outcome, _ in results:
            if isinstance(outcome, Failed):
                error = outcome.error
                index = "" if task.task_index is None else f"[{task.task_index}]"
                said = str(error["message"]).split("\n", maxsplit=1)[0][:200]
                what = "%s.%s%s of run %s failed at attempt %d: %s: %s"
                words = (task.flow_slug, task.step_slug, index, task.run_id, task.attempt, error["class"], said)
                _log.info(what, *words, extra=fields_of(task))
                self._tell("failed", task, error)
            else:
                if talks:
                    _log.debug("completed", extra=fields_of(task))
                self._tell("completed", task)

    def _tell(self, kind: str, task: Task | Reply, error: Mapping[str, Any] | None = None) -> None:
        if self._on_event is not None:
            self._on_event(Event(kind, task, error))


def _check(handlers: Handlers, concurrency: int, batch: int, lease: timedelta) -> None:
    if not len(handlers):
        raise UsageError("there is no handler to work with", help="register one: @handlers.register")
    if not 1 <= concurrency <= 1000:
        raise UsageError(f"a concurrency of {concurrency} is out of range", help="1 to 1000")
    if not 1 <= batch <= 1000:
        raise UsageError(f"a batch of {batch} is out of range", help="1 to 1000")
    if not timedelta(seconds=1) <= lease <= timedelta(days=1):
        raise UsageError(f"a lease of {lease.total_seconds():g} s is out of range", help="1 s to 1 day")
