"""A crew of threads that call plain handlers; quick ones are called in a row by one thread, slow ones side by side."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from threading import Lock, Thread

from flowc.runtime.executors import Report
from flowc.runtime.leases import Lease
from flowc.runtime.outcome import Outcome
from flowc.runtime.plan import Plan

# A handler that takes less time than this costs less than waking a thread for it.
_QUICK_SECONDS = 0.001
_MEMORY = 0.8


class Crew:
    """Threads that take tasks from one queue; as few are awake as the handlers' speed asks for.

    Waking a thread costs some 50 µs, and many a handler less. So a thread wakes a second one only before it calls a
    handler that is slow, or was never called; a quick one that is slow for once is found by ``nudge``.
    Queue, parking lot and the rest are shared without a lock: each step is one operation on a deque, list or dict, and
    those are atomic.

    Args:
        size: the most threads; they are started as they are needed.
        perform: performs one task; must not raise.
        report: told of each outcome.
    """

    def __init__(self, size: int, perform: Callable[[Lease], Outcome], report: Report) -> None:
        self._size = size
        self._perform = perform
        self._report = report
        self._queue: deque[Lease] = deque()
        self._parked: list[Lock] = []
        self._running: dict[Lease, None] = {}
        self._slow: dict[Lease, None] = {}
        self._seconds: dict[Plan, float] = {}
        self._threads: list[Thread] = []
        self._hiring = Lock()
        self._last_head: Lease | None = None
        self._closed = False

    @property
    def slots(self) -> int:
        return self._size

    def submit(self, leases: Iterable[Lease]) -> None:
        self._queue.extend(leases)
        # A thread that is awake and with no slow handler comes back to the queue before it parks.
        if len(self._threads) - len(self._parked) <= len(self._slow):
            self._wake_one()

    def waiting(self) -> int:
        return len(self._queue)

    def running(self) -> list[Lease]:
        return list(self._running)

    def nudge(self) -> None:
        try:
            head = self._queue[0]
        except IndexError:
            return
        if head is self._last_head:  # nobody took it since the last nudge
            self._wake_one()
        self._last_head = head

    def take_back(self) -> list[Lease]:
        taken = []
        try:
            while True:
                taken.append(self._queue.popleft())
        except IndexError:
            return taken

    def give_up(self, lease: Lease) -> bool:
        return False  # a thread cannot be stopped

    def cancel(self, lease: Lease) -> None:
        """Nothing to do: the handler sees it in ``ctx.cancelled``."""

    def close(self) -> None:
        self._closed = True
        while self._parked:
            self._parked.pop().release()

    def _wake_one(self) -> None:
        try:
            self._parked.pop().release()
        except IndexError:
            self._hire()

    def _hire(self) -> None:
        with self._hiring:
            if len(self._threads) < self._size and not self._closed:
                thread = Thread(target=self._work, name=f"flowc-{len(self._threads) + 1}", daemon=True)
                self._threads.append(thread)
                thread.start()

    def _work(self) -> None:
        place = Lock()
        place.acquire()
        while not self._closed:
            try:
                lease = self._queue.popleft()
            except IndexError:
                self._park(place)
            else:
                self._call(lease)

    def _park(self, place: Lock) -> None:
        """Sleep until woken; one look at the queue in between, for what came just before."""
        self._parked.append(place)
        if self._queue or self._closed:
            try:
                self._parked.remove(place)
            except ValueError:
                place.acquire()  # somebody is waking us already
            return
        place.acquire()

    def _call(self, lease: Lease) -> None:
        expected = self._seconds.get(lease.plan, 1.0)
        if expected > _QUICK_SECONDS:
            self._slow[lease] = None
            if self._queue:
                self._wake_one()
        lease.started = started = time.monotonic()
        self._running[lease] = None
        outcome = self._perform(lease)
        seconds = time.monotonic() - started
        del self._running[lease]
        self._slow.pop(lease, None)
        self._seconds[lease.plan] = seconds + (expected - seconds) * _MEMORY if lease.plan in self._seconds else seconds
        self._report(lease, outcome, seconds)
