"""Keeps the values of secrets out of log records."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from flowc.runtime.guard import Guard

# Where ``ctx.log`` puts the guard of its task; it is taken out again before anybody handles the record.
GUARD: Final = "_flowc_guard"
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_NO_TEXT = "(a value that cannot be shown)"
_PLAIN = logging.Formatter()


def mask_record(record: logging.LogRecord, guard: Guard) -> None:
    """Mask the message, the traceback and the extra fields of a record; what holds no secret stays as it is."""
    try:
        text = record.getMessage()
    except Exception:  # noqa: BLE001 - logging itself would print the arguments to stderr
        text = f"{_text_of(record.msg, str)} (with arguments that do not fit it)"
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
    text = value if isinstance(value, str) else _text_of(value, repr)
    masked = guard.mask(text)
    return value if masked == text and text is not _NO_TEXT else masked


def _text_of(value: object, how: Callable[[object], str]) -> str:
    try:
        return how(value)
    except Exception:  # noqa: BLE001 - a user's own method
        return _NO_TEXT


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
