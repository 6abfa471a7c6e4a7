"""Wakes the worker's main thread: rung by threads and signal handlers, waited for together with a database's socket."""

from __future__ import annotations

import select
import socket
from contextlib import suppress


class Doorbell:
    """A bell that may be rung from anywhere, also within a signal handler: nothing in here takes a lock."""

    def __init__(self) -> None:
        self._button, self._bell = socket.socketpair()
        self._button.setblocking(False)
        self._bell.setblocking(False)
        self._rung = False

    def ring(self) -> None:
        """End the current wait, or the next one."""
        if not self._rung:
            self._rung = True
            with suppress(OSError):  # full: it rings already; closed: nobody waits any more
                self._button.send(b"!")

    def wait(self, seconds: float, socket_too: int | None = None) -> bool:
        """Wait until it rings, a socket has something to read, or ``seconds`` are over; True if the socket has."""
        poll = select.poll()
        poll.register(self._bell, select.POLLIN)
        if socket_too is not None:
            poll.register(socket_too, select.POLLIN)
        ready = poll.poll(0 if self._rung else max(0.0, seconds) * 1000)
        # In this order: who rings in between is heard by the next wait.
        self._rung = False
        with suppress(BlockingIOError):
            self._bell.recv(64)
        return any(descriptor == socket_too for descriptor, _ in ready)

    def close(self) -> None:
        """Ring no more."""
        self._button.close()
        self._bell.close()

    def __del__(self) -> None:
        self.close()
