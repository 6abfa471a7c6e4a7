"""From whatever a handler raised to the error object that is stored: readable, capped, and never itself a failure."""

from __future__ import annotations

import linecache
import math
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import FrameType, TracebackType
from typing import Any, Final

import flowc

MAX_MESSAGE: Final = 10_000
MAX_TRACEBACK: Final = 64_000
_MAX_CHAIN = 12
_MAX_GROUP = 8
_MAX_FRAMES = 40
# Python's own fields of an exception, whatever a class puts over them.
_FIELDS: Final = {**vars(BaseException), **vars(BaseExceptionGroup)}
_OURS = os.path.dirname(os.path.abspath(flowc.__file__)) + os.sep  # noqa: PTH100, PTH120 - file names of code objects are text


class Permanent(Exception):
    """Raised by a handler: fail the task now, without another attempt."""


class RetryLater(Exception):
    """Raised by a handler: this attempt failed, and the next one is not before a time of the handler's choosing.

    Args:
        message: why.
        after: how long to wait from now, in seconds or as a timedelta.
        at: or the moment, with its time zone.

    Raises:
        TypeError: neither or both of ``after`` and ``at``, or other than these, or a moment without a time zone.
        ValueError: ``after`` is NaN.
    """

    def __init__(
        self, message: str = "", *, after: float | timedelta | None = None, at: datetime | None = None
    ) -> None:
        if (after is None) == (at is None):
            raise TypeError("RetryLater takes either `after` (seconds or a timedelta) or `at` (a datetime)")
        if at is not None and (not isinstance(at, datetime) or at.tzinfo is None):
            raise TypeError("RetryLater takes as `at` a datetime with a time zone, e.g. datetime.now(UTC)")
        if after is not None and not isinstance(after, int | float | timedelta):
            raise TypeError(f"RetryLater takes as `after` seconds or a timedelta, not a `{type(after).__name__}`")
        super().__init__(message)
        self.after = after if after is None or isinstance(after, timedelta) else _seconds(after)
        self.at = at

    def moment(self, now: datetime) -> datetime:
        """When the next attempt may start, seen from ``now``; what lies beyond the calendar is its last moment."""
        try:
            if self.at is not None:
                return self.at.astimezone(UTC)
            return now + max(self.after or timedelta(0), timedelta(0))
        except OverflowError:
            return datetime.max.replace(tzinfo=UTC)


def _seconds(number: float) -> timedelta:
    if math.isnan(number):
        raise ValueError("RetryLater takes as `after` seconds or a timedelta, not NaN")
    try:
        return timedelta(seconds=number)
    except OverflowError:  # so long, or infinite
        return timedelta.max if number > 0 else timedelta(0)


def retry_moment(error: Any, now: datetime) -> datetime | None:
    """When a ``RetryLater`` wants the next attempt; None, the step's own wait, where it cannot tell. Never raises."""
    try:
        moment = error.moment(now)
        return moment if isinstance(moment, datetime) and moment.tzinfo is not None else None
    except BaseException:  # noqa: BLE001 - a subclass may do anything
        return None


def error_object(error: BaseException, redact: Callable[[str], str] = str) -> dict[str, Any]:
    """What is stored of an exception: ``class``, ``message`` and ``traceback``, clean text of bounded length.

    Never raises, whatever the exception's own methods do.
    """
    try:
        trace = "".join(_traceback(error, lambda text: clean(redact(text))))
    except BaseException as trouble:  # noqa: BLE001 - user code runs in here: lazy source lines, properties, subclasses
        trace = f"(the traceback cannot be shown: {type(trouble).__name__})"
    return error_of(_class_of(error), _text_of(error, "message"), redact, traceback=trace)


def error_of(kind: str, message: str, redact: Callable[[str], str] = str, **details: Any) -> dict[str, Any]:
    """An error object without an exception: ``kind`` is its class; the texts are redacted, cleaned and capped."""
    error = {"class": clean(redact(kind))[:200], "message": message, "traceback": "", **details}
    for field, most in (("message", MAX_MESSAGE), ("traceback", MAX_TRACEBACK)):
        error[field] = _capped(clean(redact(error[field])), most)
    return error


def clean(text: str) -> str:
    """``text`` as PostgreSQL can store it: U+0000 and halves of surrogate pairs are written as escapes."""
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()


def _capped(text: str, most: int) -> str:
    """At most ``most`` bytes of UTF-8: the head and the tail of a longer text."""
    raw = text.encode()
    if len(raw) <= most:
        return text
    half = most // 2 - 30
    head, tail = raw[:half].decode(errors="ignore"), raw[-half:].decode(errors="ignore")
    return f"{head}\n… {len(raw) - most:,} bytes left out …\n{tail}"


def _class_of(error: BaseException) -> str:
    return str(type.__getattribute__(type(error), "__qualname__")).rpartition("<locals>.")[2] or "Exception"


def _field(error: BaseException, name: str) -> Any:
    return _FIELDS[name].__get__(error)


def _text_of(value: object, what: str) -> str:
    try:
        return str.__str__(str(value))
    except BaseException as trouble:  # noqa: BLE001 - anything may be raised by a user's __str__
        return f"(the {what} cannot be shown: str() of it raised {_class_of(trouble)})"


def _traceback(error: BaseException, safe: Callable[[str], str], depth: int = 0) -> Iterator[str]:
    """The lines of a traceback as Python prints them, without our own frames, each chain and group cut short.

    ``safe`` redacts and cleans: a text goes through it before it is cut, so that no half of a secret is left over.
    """
    chain, left_out = _chain(error)
    if left_out:
        yield f"… {left_out} earlier exceptions left out …\n\n"
    for link, bridge in chain:
        yield from _frames(_field(link, "__traceback__"), safe)
        message = _capped(safe(_text_of(link, "message")), MAX_MESSAGE)
        yield f"{_class_of(link)}: {message}\n" if message else f"{_class_of(link)}\n"
        for note in _notes(link):
            yield f"{_capped(safe(note), MAX_MESSAGE)}\n"
        yield from _group(link, safe, depth)
        if bridge:
            yield f"\n{bridge}\n\n"


def _chain(error: BaseException) -> tuple[list[tuple[BaseException, str]], int]:
    """The exceptions that led to ``error``, oldest first, each with the sentence that leads to the next one."""
    links: list[tuple[BaseException, str]] = []
    seen: set[int] = set()
    current: BaseException | None = error
    bridge = ""
    count = 0
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        count += 1
        if len(links) < _MAX_CHAIN:
            links.append((current, bridge))
        cause = _field(current, "__cause__")
        if cause is not None:
            current, bridge = cause, "The above exception was the direct cause of the following exception:"
        elif _field(current, "__suppress_context__"):
            break
        else:
            current = _field(current, "__context__")
            bridge = "During handling of the above exception, another exception occurred:"
    return links[::-1], count - len(links)


def _frames(trace: TracebackType | None, safe: Callable[[str], str]) -> Iterator[str]:
    frames = []
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(_OURS):
            frames.append((trace.tb_frame, trace.tb_lineno))
        trace = trace.tb_next
    if frames:
        yield "Traceback (most recent call last):\n"
    cut = len(frames) - _MAX_FRAMES
    for number, (frame, line) in enumerate(frames):
        if cut <= 0 or not _MAX_FRAMES // 2 <= number < _MAX_FRAMES // 2 + cut:
            yield _frame(frame, line, safe)
        elif number == _MAX_FRAMES // 2:
            yield f"  … {cut} frames left out …\n"


def _frame(frame: FrameType, line: int, safe: Callable[[str], str]) -> str:
    code = frame.f_code
    try:
        source = linecache.getline(code.co_filename, line, frame.f_globals)
    except BaseException:  # noqa: BLE001 - a module's own loader may be asked
        source = ""
    source = safe(source.strip())
    place = f'  File "{code.co_filename}", line {line}, in {code.co_name}\n'
    return f"{place}    {source[:400]}\n" if source else place


def _notes(error: BaseException) -> list[str]:
    try:
        notes = error.__notes__
    except BaseException:  # noqa: BLE001 - mostly there are none; else a property that raises
        return []
    return [_text_of(note, "note") for note in notes[:_MAX_GROUP]] if isinstance(notes, list) else []


def _group(error: BaseException, safe: Callable[[str], str], depth: int) -> Iterator[str]:
    """The members of an exception group, indented."""
    if not issubclass(type(error), BaseExceptionGroup):  # `isinstance` would ask the exception itself
        return
    members = _field(error, "exceptions")
    for number, member in enumerate(members[:_MAX_GROUP], 1):
        yield f"  +---- {number} of {len(members)} ----\n"
        if depth >= 4:
            yield f"  | {_class_of(member)}\n"
            continue
        for text in _traceback(member, safe, depth + 1):
            for line in text.splitlines():
                yield f"  | {line}\n"
