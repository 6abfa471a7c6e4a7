"""Log records as lines for people or for machines, with what they tell of a task, and without the values of secrets."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, TextIO

import orjson

from flowc.runtime.guard import Guard
from flowc.runtime.masking import extra_fields, mask_record
from flowc.runtime.unseen import escaped

FORMATS: Final = ("console", "json")
LEVELS: Final = ("debug", "info", "warning", "error")


class ConsoleLines(logging.Formatter):
    """A line for people: time, level, logger, message, and the task where the record tells of one."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """The first line, without the traceback."""
        line = super().formatMessage(record)
        return f"{line}{_task_in_words(vars(record))}" if record.name != "flowc.worker" else line


class JSONLines(logging.Formatter):
    """A JSON object a line: ``time level logger message worker``, the task's fields, those of the record, ``error``."""

    def __init__(self, worker_id: str) -> None:
        super().__init__()
        self._worker_id = worker_id

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "worker": self._worker_id,
        }
        for name, value in extra_fields(record).items():
            line.setdefault(name, value)
        trace = record.exc_text or (self.formatException(record.exc_info) if record.exc_info else None)
        if trace:
            line["error"] = trace
        if record.stack_info:
            line["stack"] = record.stack_info
        return _as_json(line)


class MaskedLines(logging.StreamHandler[TextIO]):
    """Writes records to a stream, masked; other loggers' too, which know nothing of secrets."""

    def __init__(self, stream: TextIO, guard: Guard) -> None:
        super().__init__(stream)
        self._guard = guard

    def format(self, record: logging.LogRecord) -> str:
        """The record as text, nothing in which speaks to a terminal; other handlers get the record as it was."""
        if not self._guard.knows_any:
            return escaped(super().format(record))
        copy = logging.makeLogRecord(vars(record))
        mask_record(copy, self._guard)
        return escaped(self._guard.mask(super().format(copy)))


class Logging(NamedTuple):
    """How to log: one of ``FORMATS``, from one of ``LEVELS`` on, by which worker."""

    form: str = FORMATS[0]
    level: str = "info"
    worker_id: str = ""


_chosen: list[Logging] = []


def log_to(stream: TextIO, guard: Guard, how: Logging) -> None:
    """Let all loggers of this process write to ``stream``, masked."""
    handler = MaskedLines(stream, guard)
    handler.setFormatter(JSONLines(how.worker_id) if how.form == "json" else ConsoleLines())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(how.level.upper())
    _chosen[:] = [how]


def chosen() -> Logging | None:
    """How this process logs; None where that was left to others."""
    return _chosen[0] if _chosen else None


def _task_in_words(fields: dict[str, Any]) -> str:
    if "run_id" not in fields or "step" not in fields:
        return ""
    index = "" if fields.get("task_index") is None else f"[{fields['task_index']}]"
    where = f"{fields.get('flow', '')}.{fields['step']}{index}"
    return f" ({where} of run {fields['run_id']}, attempt {fields.get('attempt')})"


def _as_json(line: dict[str, Any]) -> str:
    try:
        return orjson.dumps(line, default=repr, option=orjson.OPT_NON_STR_KEYS).decode()
    except (TypeError, ValueError, RecursionError):  # half of a surrogate pair, a cycle
        texts = {name: str(value).encode(errors="backslashreplace").decode() for name, value in line.items()}
        return orjson.dumps(texts).decode()
