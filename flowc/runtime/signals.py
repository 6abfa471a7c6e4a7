"""SIGTERM and SIGINT: the first one asks the worker to finish what it began, a second one ends the process at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any


class Signals:
    """While entered, in the main thread, the two signals call ``stop``; elsewhere nothing is changed.

    Attributes:
        received: the number of the first signal, None if there was none.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._before: dict[int, Any] = {}
        self.received: int | None = None

    def __enter__(self) -> Signals:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self.received is not None:
            with suppress(Exception):
                sys.stderr.flush()
            # Not sys.exit: threads within handlers would be waited for.
            os._exit(128 + number)
        self.received = number
        self._stop()
