"""Handlers in processes of their own: a thread of the worker for each, which sends it tasks and can have it killed."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock, Timer, local
from typing import Any

import flowc
from flowc.runtime.child import Assignment, Hello
from flowc.runtime.crew import Crew
from flowc.runtime.elsewhere import Order
from flowc.runtime.executors import Report
from flowc.runtime.failure import error_of
from flowc.runtime.frames import read_frame, write_frame
from flowc.runtime.guard import Guard
from flowc.runtime.leases import Lease
from flowc.runtime.outcome import Failed, Outcome

_log = logging.getLogger("flowc.worker")

# What a handler that is stopped has to clean up, between SIGTERM and SIGKILL.
GRACE_SECONDS = 2.0
_ROOT = str(Path(flowc.__file__).resolve().parents[1])
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]); from flowc.runtime.child import main;"
    " main(int(sys.argv[2]), int(sys.argv[3]))"
)


class ChildDied(Exception):
    """A child ended in the middle of a task; its text says how."""


class ChildProcess:
    """A child, seen from its parent; one thread talks to it, others may stop it.

    Args:
        hello: what it is told first.

    Raises:
        ChildDied: it does not start.
    """

    def __init__(self, hello: Hello) -> None:
        self._ending = Lock()
        self._flows: set[str] = set()
        self._secrets: dict[str, str] = {}
        self._known = 0
        self._line, theirs = socket.socketpair()
        with theirs:
            # A session of its own: Ctrl-C in a terminal is the worker's business, and its group can be killed whole.
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, _ROOT, str(theirs.fileno()), str(os.getpid())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        write_frame(self._line, hello)
        trouble = self._answer()
        if trouble is not None:
            self.close()
            raise ChildDied(f"a process for handlers cannot start: {trouble}")

    def perform(self, order: Order, secrets: dict[str, str], guard: Guard) -> Outcome:
        """Have it perform a task; raises ChildDied. It is told nothing twice."""
        flow = order.task.flow_slug
        if flow in self._flows:
            order = order._replace(definition=b"")
        news = {name: value for name, value in secrets.items() if self._secrets.get(name) != value}
        known = guard.known[self._known :]
        with suppress(OSError):  # how it died is said below
            write_frame(self._line, Assignment(order, news, known))
        self._flows.add(flow)
        self._secrets.update(news)
        self._known += len(known)
        outcome: Outcome = self._answer()
        return outcome

    def stop(self) -> None:
        """Have it end, with all that it started: SIGTERM now, SIGKILL a little later."""
        self._signal(signal.SIGTERM)
        timer = Timer(GRACE_SECONDS, self._signal, [signal.SIGKILL])
        timer.daemon = True
        timer.start()

    def close(self) -> int:
        """End it if it has not, and whatever is left of its group; returns how it ended, as ``Popen`` says it."""
        self._line.close()
        # Without reaping it: as long as it is there, nobody else gets the number of its group.
        self._wait(GRACE_SECONDS)
        with self._ending:
            self._kill_group(signal.SIGKILL)
            return self._process.wait()

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
            if time.monotonic() > until:
                return
            time.sleep(0.005)

    def _answer(self) -> Any:
        try:
            return read_frame(self._line)
        except (EOFError, OSError):
            raise ChildDied(_said(self.close())) from None

    def _signal(self, number: int) -> None:
        with self._ending:
            if self._process.returncode is None:
                self._kill_group(number)

    def _kill_group(self, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


class ProcessCrew(Crew):
    """Calls all handlers, async ones too, in child processes: each of the crew's threads has one, and replaces it.

    Args:
        size: the most children; they are started as they are needed, and used again.
        order: what a child needs to know of a task.
        is_lost: whether a task is not ours any more when its child is ready.
        report: told of each outcome.
        hello: what a child is told first.
        guard: the worker's.
    """

    def __init__(
        self,
        size: int,
        *,
        order: Callable[[Lease], Order],
        is_lost: Callable[[Lease], bool],
        report: Report,
        hello: Callable[[], Hello],
        guard: Guard,
    ) -> None:
        super().__init__(size, self._ask, report)
        self._order = order
        self._is_lost = is_lost
        self._hello = hello
        self._guard = guard
        self._own = local()
        self._at_work: dict[Lease, ChildProcess] = {}

    def give_up(self, lease: Lease) -> bool:
        self.cancel(lease)
        return True

    def cancel(self, lease: Lease) -> None:
        child = self._at_work.get(lease)
        if child is not None:
            child.stop()

    def _ask(self, lease: Lease) -> Outcome:
        try:
            child = self._child(lease)
            self._at_work[lease] = child
            # Whoever gives the task up from now on finds its child; whoever did before is found here.
            if self._is_lost(lease):
                return Failed(error_of("LeaseLost", "the lease was lost before the handler was called"))
            lease.started = time.monotonic()
            secrets = lease.plan.secrets
            values = {name: secrets[name].reveal() for name in secrets if name in secrets}
            return child.perform(self._order(lease), values, self._guard)
        except ChildDied as died:
            self._own.child = None
            if not lease.closed:
                _log.warning("%r: %s", lease, died)
            return Failed(error_of("ProcessDied", str(died), self._guard.mask))
        finally:
            stopped = self._at_work.pop(lease, None)
            if lease.closed and stopped is not None:
                self._forget()

    def _child(self, lease: Lease) -> ChildProcess:
        child: ChildProcess | None = getattr(self._own, "child", None)
        if child is None:
            lease.started = None  # a child's birth takes its time, and is no time of the handler
            child = self._own.child = ChildProcess(self._hello())
        return child

    def _forget(self) -> None:
        """A child that was told to stop takes no other task, whether it died by that or answered just before."""
        child: ChildProcess | None = getattr(self._own, "child", None)
        if child is not None:
            child.close()
            self._own.child = None

    def _work(self) -> None:
        try:
            super()._work()
        finally:
            self._forget()


def _said(code: int) -> str:
    if code >= 0:
        return f"the process of the handler ended with exit code {code} in the middle of the task"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    more = "; was there too little memory?" if -code == signal.SIGKILL else ""
    return f"the process of the handler was killed by {name} in the middle of the task{more}"
