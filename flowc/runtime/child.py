"""A child of the worker: performs one task after the other, as its parent sends them, until it is told to stop."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
from contextlib import suppress
from types import FrameType
from typing import NamedTuple

from flowc.errors import FlowcError
from flowc.runtime.blobs.depot import Depot
from flowc.runtime.elsewhere import Bench, Order
from flowc.runtime.failure import error_of
from flowc.runtime.frames import read_frame, write_frame
from flowc.runtime.guard import Guard
from flowc.runtime.handlers import load
from flowc.runtime.logs import Logging, log_to
from flowc.runtime.outcome import Failed, Outcome
from flowc.runtime.streams import MaskedStream, masked_output

_PR_SET_PDEATHSIG = 1
_NO_LINE = 74
_CLOSED = (
    b"flowc: a handler closed the socket on which its result goes to the worker: leave files alone that are not yours\n"
)


class Hello(NamedTuple):
    """What a child is told first.

    Attributes:
        path: where modules are found.
        target: the handlers, as ``module:attribute``.
        logging: how the parent logs; None leaves it to the handlers' modules.
        blobs: where blobs are.
    """

    path: list[str]
    target: str
    logging: Logging | None
    blobs: Depot | None


class Assignment(NamedTuple):
    """A task, and what of secrets this child was not told before.

    Attributes:
        order: the task.
        secrets: values that handlers may read, by name.
        known: names and values that the guard looks for.
    """

    order: Order
    secrets: dict[str, str]
    known: list[tuple[str, str]]


class Stopped(BaseException):
    """The time of the handler is over, or its run has ended: raised within it, so that it can clean up."""


class Child:
    """The loop of a child; one task at a time, in the main thread, where signals arrive."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._performing = False
        self._printed: tuple[MaskedStream, ...] = ()

    def run(self) -> None:
        """Until the parent hangs up."""
        hello: Hello = read_frame(self._line)
        sys.path[:] = hello.path
        guard, values = Guard(), dict[str, str]()
        if hello.logging is not None:
            log_to(sys.stderr, guard, hello.logging)
        with masked_output(guard) as self._printed:
            try:
                bench = Bench(load(hello.target), values, guard, hello.blobs)
            except FlowcError as error:
                write_frame(self._line, error.message)
                return
            signal.signal(signal.SIGTERM, self._stop)
            write_frame(self._line, None)
            while True:
                assignment: Assignment = read_frame(self._line)
                values.update(assignment.secrets)
                for name, value in assignment.known:
                    guard.learn(name, value)
                write_frame(self._line, self._perform(bench, assignment.order))

    def _perform(self, bench: Bench, order: Order) -> Outcome:
        self._performing = True
        try:
            return bench.perform(order)
        except Exception as error:  # noqa: BLE001 - what the handler raises is an outcome; this is about us
            return Failed(error_of("ProcessFailed", f"{type(error).__name__}: {error}"))
        finally:
            self._performing = False
            for stream in self._printed:
                with suppress(OSError, ValueError):  # the handler may have closed what is beneath
                    stream.flush()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        if not self._performing:
            os._exit(128 + signal.SIGTERM)
        raise Stopped("the worker stopped the handler")


def main(descriptor: int, parent: int) -> None:
    """Be the child of the process ``parent``, which is at the other end of a socket; die when it does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    line = socket.socket(fileno=descriptor)
    line.set_inheritable(False)
    try:
        with suppress(EOFError, ConnectionError, Stopped):  # the parent hung up, or stopped what it does not wait for
            Child(line).run()
    except OSError:
        with suppress(OSError):
            os.write(2, _CLOSED)
        os._exit(_NO_LINE)
    os._exit(0)
