"""An executor of the user's, such as Dask's: it performs tasks, and this bounds how many it has at a time."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Executor as Engine
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from threading import RLock
from typing import Any

from flowc.errors import FlowcError, UsageError
from flowc.runtime.elsewhere import Keeping, Order, perform_elsewhere
from flowc.runtime.executors import IsLost, Report
from flowc.runtime.failure import error_of
from flowc.runtime.guard import Guard
from flowc.runtime.leaks import leak_in
from flowc.runtime.leases import Lease
from flowc.runtime.outcome import Completed, Failed, Outcome

_log = logging.getLogger("flowc.worker")


class Pool:
    """Hands leased tasks to an executor, up to ``size`` at a time; its word is believed, its silence is not.

    A task that it never answers ends at its timeout like any other; one whose worker died is tried again as the flow's
    retries say.

    Args:
        size: the most tasks that it has at once.
        factory: makes the executor; called again when the executor breaks.
        order: what is sent of a task.
        target: the handlers, as ``module:attribute``.
        sources: where other processes find the secrets.
        keeping: how they keep blobs.
        is_lost: whether a task is not ours any more when its turn comes.
        report: told of each outcome.
        on_trouble: told when there is no executor any more.
        guard: the worker's.
    """

    def __init__(
        self,
        size: int,
        factory: Callable[[], Engine],
        *,
        order: Callable[[Lease], Order],
        target: str,
        sources: tuple[str, ...],
        keeping: Keeping | None,
        is_lost: IsLost,
        report: Report,
        on_trouble: Callable[[FlowcError], None],
        guard: Guard,
    ) -> None:
        self._size = size
        self._factory = factory
        self._order = order
        self._target = target
        self._sources = sources
        self._keeping = keeping
        self._is_lost = is_lost
        self._report = report
        self._on_trouble = on_trouble
        self._guard = guard
        self._queue: deque[Lease] = deque()
        self._running: dict[Lease, Future[Outcome]] = {}
        self._lock = RLock()
        self._closed = False
        self._engine = factory()

    @property
    def slots(self) -> int:
        return self._size

    def submit(self, leases: Iterable[Lease]) -> None:
        self._queue.extend(leases)
        self._hand_over()

    def waiting(self) -> int:
        return len(self._queue)

    def running(self) -> list[Lease]:
        return list(self._running)

    def nudge(self) -> None:
        """Nothing to do: what waits is handed over when something ends."""

    def take_back(self) -> list[Lease]:
        with self._lock:
            taken = list(self._queue)
            self._queue.clear()
            return taken

    def give_up(self, lease: Lease) -> bool:
        future = self._running.get(lease)
        return future is None or future.cancel()

    def cancel(self, lease: Lease) -> None:
        self.give_up(lease)

    def close(self) -> None:
        self._closed = True
        with suppress(Exception):  # it may be gone already
            self._engine.shutdown(wait=False)

    def _hand_over(self) -> None:
        """Give the executor as many tasks as it may have."""
        while True:
            with self._lock:
                if self._closed or not self._queue or len(self._running) >= self._size:
                    return
                lease = self._queue.popleft()
                lost = self._is_lost(lease)
                future = None if lost else self._started(lease)
            if future is not None:
                future.add_done_callback(partial(self._done, lease, time.monotonic()))
            elif lost:
                self._report(lease, Failed(error_of("LeaseLost", "the lease was lost before it was handed over")), 0.0)
            else:
                return

    def _started(self, lease: Lease) -> Future[Outcome] | None:
        """The future of a task; None if there is no executor any more, and the task waits to be handed back."""
        lease.started = time.monotonic()
        arguments = (perform_elsewhere, self._target, self._sources, self._keeping, self._order(lease))
        try:
            future = self._submit(arguments)
        except Exception as error:  # noqa: BLE001 - any library's own
            lease.started = None
            self._queue.appendleft(lease)
            self._closed = True
            said = self._guard.mask(f"{type(error).__name__}: {error}")
            self._on_trouble(UsageError(f"the executor takes no tasks any more: {said}", help="is its cluster there?"))
            return None
        self._running[lease] = future
        return future

    def _submit(self, arguments: tuple[Any, ...]) -> Future[Outcome]:
        try:
            return self._engine.submit(*arguments)
        except Exception as error:  # noqa: BLE001
            _log.warning("the executor broke, a new one is made: %s: %s", type(error).__name__, error)
            with suppress(Exception):
                self._engine.shutdown(wait=False)
            self._engine = self._factory()
            return self._engine.submit(*arguments)

    def _done(self, lease: Lease, started: float, future: Future[Outcome]) -> None:
        try:
            outcome = future.result()
        except BaseException as error:  # noqa: BLE001 - CancelledError too
            said = f"the executor did not perform the task: {type(error).__name__}: {error}".rstrip(": ")
            outcome = Failed(error_of("ExecutorFailed", said, self._guard.mask))
        if isinstance(outcome, Completed) and (leak := leak_in(outcome.output, self._guard)) is not None:
            outcome = Failed(error_of("SecretInOutput", leak), retryable=False)
        with self._lock:
            self._running.pop(lease, None)
        self._report(lease, outcome, time.monotonic() - started)
        self._hand_over()


def factory_of(target: str) -> Callable[[], Engine]:
    """The factory that ``module:attribute`` names.

    Raises:
        UsageError: it is none; when it is called also: it raised, or what it made is no executor.
        HandlersError: the module cannot be imported.
    """
    from flowc.runtime.loading import load_attribute

    module, name, found = load_attribute(target)
    if found is None:
        raise UsageError(f"`{module.__name__}` has no `{name}`", help="name a function that returns an executor")
    if not callable(found):
        raise UsageError(
            f"`{target}` makes no executor: it is of type `{type(found).__name__}`",
            help="name a function without parameters that returns a concurrent.futures.Executor",
        )
    return partial(_made, target, found)


def _made(target: str, factory: Callable[[], Any]) -> Engine:
    try:
        engine = factory()
    except Exception as error:
        raise UsageError(
            f"`{target}` makes no executor: it raised {type(error).__name__}: {error}",
            help="is its cluster there? FLOWC_TRACEBACK=1 shows where",
        ) from error
    if not isinstance(engine, Engine):
        raise UsageError(
            f"`{target}` returned a `{type(engine).__name__}`, not a concurrent.futures.Executor",
            help="e.g. what `Client(address).get_executor()` returns",
        )
    return engine
