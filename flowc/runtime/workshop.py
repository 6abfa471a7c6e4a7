"""Where the tasks that a worker holds are performed: its executors, and the outcomes to be told."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime

from flowc.runtime.blobs.depot import Depot
from flowc.runtime.crew import Crew
from flowc.runtime.event_loop import EventLoop
from flowc.runtime.executors import Executor, MakeExecutor
from flowc.runtime.failure import error_of
from flowc.runtime.intake import Intake
from flowc.runtime.leases import Held, Lease
from flowc.runtime.outcome import Failed, Outcome
from flowc.runtime.perform import perform, perform_async
from flowc.runtime.settling import Result, result_of

_NOT_OURS = Failed(error_of("LeaseLost", "the lease was lost before the handler was called"))


class Workshop:
    """Performs leased tasks and puts what became of them into ``outbox``.

    Args:
        concurrency: how many plain, and how many async, handlers run at once.
        lease_seconds: how long a lease lasts: a task that waited longer is not ours any more.
        intake: learns how long tasks take.
        now: the database's time.
        ring: called when there is something in the outbox that is worth a look; from any thread.
        blobs: where large values go; without, every value stays in its row.
        make: makes the executor of all handlers; by default threads call the plain ones, an event loop the async ones.
    """

    def __init__(
        self,
        concurrency: int,
        lease_seconds: float,
        intake: Intake,
        now: Callable[[], datetime],
        ring: Callable[[], None],
        *,
        blobs: Depot | None = None,
        make: MakeExecutor | None = None,
    ) -> None:
        self.held = Held()
        self.outbox: deque[Result] = deque()
        self._abandoned: dict[Lease, None] = {}
        self._lease_seconds = lease_seconds
        self._intake = intake
        self._now = now
        self._ring = ring
        self._blobs = blobs
        self._loop = EventLoop(concurrency, self._perform_async, self._report)
        self._only = make(self._is_lost, self._report) if make else None
        self._crew: Executor = self._only or Crew(concurrency, self._perform, self._report)
        self.executors: tuple[Executor, ...] = (self._only,) if self._only else (self._crew, self._loop)

    def submit(self, leases: Iterable[Lease]) -> None:
        """Perform these; they are held from now on."""
        plain: list[Lease] = []
        on_loop: list[Lease] = []
        for lease in leases:
            (on_loop if lease.plan.is_async and not self._only else plain).append(lease)
        for executor, mine in ((self._crew, plain), (self._loop, on_loop)):
            if mine:
                self.held.add(mine)
                executor.submit(mine)

    def occupied(self) -> int:
        """How many tasks are held or, though given up, still keep their slots."""
        return len(self.held) + len(self._abandoned)

    def abandon(self, lease: Lease) -> bool:
        """Give up a lease; its handler sees it in ``ctx.cancelled``. False if it is not held any more."""
        if lease.closed:
            return False
        # Before it is taken out: whoever ends the handler's call after that finds it here.
        if lease.started is not None:
            self._abandoned[lease] = None
        if not self.held.take(lease):
            self._abandoned.pop(lease, None)
            return False
        lease.closed = True
        return True

    def cancel(self, lease: Lease) -> bool:
        """Give up a lease that is not ours any more, and stop its handler where that is possible."""
        abandoned = self.abandon(lease)
        if abandoned:
            for executor in self.executors:
                executor.cancel(lease)
        return abandoned

    def waiting(self) -> int:
        """How many tasks wait for a slot."""
        return self._crew.waiting() + self._loop.waiting()

    def take_back(self) -> list[Lease]:
        """All tasks that wait; they will not be performed."""
        return [lease for executor in self.executors for lease in executor.take_back()]

    def tell(self, lease: Lease, outcome: Outcome) -> None:
        """Put the outcome of a lease that was taken out of ``held`` into the outbox."""
        self.outbox.append(result_of(lease.task, outcome))
        # The first one wakes the main thread, the last one ends its patience with those that are nearly done.
        if len(self.outbox) == 1 or not self.held:
            self._ring()

    def close(self) -> None:
        """Start nothing more; do not wait for what runs."""
        for executor in self.executors:
            executor.close()

    def _perform(self, lease: Lease) -> Outcome:
        if self._is_lost(lease):
            return _NOT_OURS
        return perform(
            lease.task,
            lease.plan,
            cancelled=lease.cancelled,
            now=self._now,
            wait_for=self._loop.wait_for,
            blobs=self._blobs,
        )

    async def _perform_async(self, lease: Lease) -> Outcome:
        if self._is_lost(lease):
            return _NOT_OURS
        return await perform_async(lease.task, lease.plan, cancelled=lease.cancelled, now=self._now, blobs=self._blobs)

    def _is_lost(self, lease: Lease) -> bool:
        """Whether a task is not ours any more when its turn comes, e.g. because the process was stopped for a while."""
        if not lease.closed and time.monotonic() - lease.extended > self._lease_seconds:
            self.abandon(lease)
        return lease.closed

    def _report(self, lease: Lease, outcome: Outcome, seconds: float) -> None:
        self._intake.learn(seconds)
        if self.held.take(lease):
            self.tell(lease, outcome)
        else:
            self._abandoned.pop(lease, None)
            self._ring()  # nothing to tell, but a slot is free again
