"""One thread with an event loop, on which all async handlers run."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from threading import Lock, Thread
from typing import Any, TypeVar

from flowc.runtime.executors import Report
from flowc.runtime.leases import Lease
from flowc.runtime.outcome import Outcome

T = TypeVar("T")

# What cancelled coroutines get to clean up when the worker closes.
_LAST_SECONDS = 1.0


class EventLoop:
    """Calls async handlers, up to ``size`` at a time; its thread is started when it is first needed.

    Args:
        size: the most coroutines at a time.
        perform: performs one task; must not raise, also when it is cancelled.
        report: told of each outcome.
    """

    def __init__(self, size: int, perform: Callable[[Lease], Coroutine[Any, Any, Outcome]], report: Report) -> None:
        self._size = size
        self._perform = perform
        self._report = report
        self._queue: deque[Lease] = deque()
        self._running: dict[Lease, asyncio.Task[None]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None
        self._starting = Lock()
        self._closed = False

    @property
    def slots(self) -> int:
        return self._size

    def submit(self, leases: Iterable[Lease]) -> None:
        self._queue.extend(leases)
        self._started().call_soon_threadsafe(self._start_some)

    def waiting(self) -> int:
        return len(self._queue)

    def running(self) -> list[Lease]:
        return list(self._running)

    def nudge(self) -> None:
        """Nothing to do: a coroutine that waits holds up nobody."""

    def take_back(self) -> list[Lease]:
        taken = []
        try:
            while True:
                taken.append(self._queue.popleft())
        except IndexError:
            return taken

    def give_up(self, lease: Lease) -> bool:
        task = self._running.get(lease)
        if task is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(task.cancel)
        return True

    def cancel(self, lease: Lease) -> None:
        """Nothing to do: the handler sees it in ``ctx.cancelled``."""

    def close(self) -> None:
        self._closed = True
        if self._loop is not None and self._thread is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(2 * _LAST_SECONDS)

    def wait_for(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and wait for its end, from another thread."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._started()).result()

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = Thread(target=self._run, args=[self._loop], name="flowc-async", daemon=True)
                self._thread.start()
            return self._loop

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        loop.run_forever()
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=_LAST_SECONDS))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    def _start_some(self) -> None:
        """On the loop: put what waits into the free places."""
        while len(self._running) < self._size and not self._closed:
            try:
                lease = self._queue.popleft()
            except IndexError:
                return
            self._running[lease] = asyncio.ensure_future(self._call(lease))

    async def _call(self, lease: Lease) -> None:
        lease.started = started = time.monotonic()
        outcome = await self._perform(lease)
        del self._running[lease]
        self._report(lease, outcome, time.monotonic() - started)
        self._start_some()
