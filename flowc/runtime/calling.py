"""Calls a handler so that nothing of the call is left to the next one: no context variable, no copy of the process."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import copy_context
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_EXIT_CODE: Final = 70
_SAID: Final = b"flowc: a process that a handler forked came back from it and is ended; end such ones with os._exit\n"


def alone(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a function returns or raises; what it sets in context variables is gone afterwards."""
    return copy_context().run(function, *args, **kwargs)


def called(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a plain handler returns or raises; a process that it forked does not come back from it."""
    process = os.getpid()
    try:
        return function(*args, **kwargs)
    finally:
        if os.getpid() != process:
            _end_this_copy()


async def awaited(function: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """The same of an async handler."""
    process = os.getpid()
    try:
        return await function(*args, **kwargs)
    finally:
        if os.getpid() != process:
            _end_this_copy()


def _end_this_copy() -> None:
    """End a forked process: it has the worker's connections, and would answer for tasks that are not its."""
    with suppress(OSError):
        os.write(2, _SAID)
    os._exit(_EXIT_CODE)
