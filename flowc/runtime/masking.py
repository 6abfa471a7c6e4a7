"""Keeps the values of secrets out of log records and of what is printed."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import local
from typing import Any, Final, TextIO

from flowc.runtime.guard import Guard

# Where ``ctx.log`` puts the guard of its task; it is taken out again before anybody handles the record.
GUARD: Final = "_flowc_guard"
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_PLAIN = logging.Formatter()
# A line that is longer is written in pieces.
_LONGEST_LINE = 64 * 1024


def mask_record(record: logging.LogRecord, guard: Guard) -> None:
    """Mask the message, the traceback and the extra fields of a record; what holds no secret stays as it is."""
    try:
        text = record.getMessage()
    except Exception:  # noqa: BLE001 - logging itself would print the arguments to stderr
        text = f"{record.msg} (with arguments that do not fit it)"
        record.msg, record.args = text, ()
    if (masked := guard.mask(text)) != text:
        record.msg, record.args = masked, ()
    if record.exc_info or record.exc_text:
        text = record.exc_text or (_PLAIN.formatException(record.exc_info) if record.exc_info else "")
        if (masked := guard.mask(text)) != text:
            record.exc_info, record.exc_text = None, masked
    if record.stack_info:
        record.stack_info = guard.mask(record.stack_info)
    for name, value in extra_fields(record).items():
        setattr(record, name, masked_value(value, guard))


def extra_fields(record: logging.LogRecord) -> dict[str, Any]:
    """What a record carries beyond what every record has: its ``extra``."""
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


def masked_value(value: Any, guard: Guard) -> Any:
    """A value as it is, or its text with the secrets in it masked."""
    if value is None or isinstance(value, int | float):
        return value
    text = value if isinstance(value, str) else repr(value)
    masked = guard.mask(text)
    return value if masked == text else masked


class Masked(logging.Filter):
    """Masks the records of a logger or handler: with this guard, or with that of the task that wrote the record."""

    def __init__(self, guard: Guard | None = None) -> None:
        super().__init__()
        self._guard = guard

    def filter(self, record: logging.LogRecord) -> bool:
        guard = vars(record).pop(GUARD, None) or self._guard
        if guard is not None and guard.knows_any:
            mask_record(record, guard)
        return True


@contextmanager
def masked_logger(logger: logging.Logger, guard: Guard) -> Iterator[None]:
    """While entered, the records of a logger are masked."""
    masked = Masked(guard)
    logger.addFilter(masked)
    try:
        yield
    finally:
        logger.removeFilter(masked)


class MaskedStream:
    """A text stream that masks what is written to it, line by line, each thread's lines apart.

    Args:
        stream: where the masked text goes; all else is asked of it.
        guard: knows the secrets.
    """

    def __init__(self, stream: TextIO, guard: Guard) -> None:
        self._stream = stream
        self._guard = guard
        self._begun = local()

    def write(self, text: str) -> int:
        """Take text; whole lines are passed on at once, the rest when its end comes or it is flushed."""
        if not self._guard.knows_any and not getattr(self._begun, "text", ""):
            return self._stream.write(text)
        begun = getattr(self._begun, "text", "") + text
        lines, end, rest = begun.rpartition("\n")
        if len(rest) > _LONGEST_LINE:
            lines, end, rest = begun, "", ""
        self._begun.text = rest
        if lines or end:
            self._stream.write(self._guard.mask(lines + end))
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        rest, self._begun.text = getattr(self._begun, "text", ""), ""
        if rest:
            self._stream.write(self._guard.mask(rest))
        self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def masked_output(guard: Guard) -> Iterator[None]:
    """While entered, what is printed to stdout and stderr is masked."""
    before = sys.stdout, sys.stderr
    masked = [MaskedStream(stream, guard) for stream in before]
    sys.stdout, sys.stderr = masked
    try:
        yield
    finally:
        for stream in masked:
            stream.flush()
        sys.stdout, sys.stderr = before
