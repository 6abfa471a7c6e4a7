"""Times and reasons in people's words."""

from __future__ import annotations

from datetime import datetime

_REASONS = {
    "branch_skipped": "its branch was not taken",
    "condition_unmet": "its condition was not met",
    "dependency_skipped": "what it waited for did not complete as its join asks",
    "handler_failed": "its handler failed",
}


def reason(skip_reason: str | None) -> str:
    """Why a step was skipped."""
    return _REASONS.get(skip_reason or "", skip_reason or "")


def between(started: datetime | None, ended: datetime | None) -> str:
    """How long something took; empty where it has not both begun and ended."""
    return span((ended - started).total_seconds()) if started and ended else ""


def span(seconds: float) -> str:
    """A duration: ``0.02 s``, ``1.3 s``, ``2 min 05 s``, ``1 h 02 min``, ``3 d 04 h``."""
    if seconds < 1:
        return f"{max(seconds, 0):.2f} s"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes:02} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours:02} h"


def at(moment: datetime) -> str:
    """A moment in the terminal's time zone, to the second."""
    return moment.astimezone().isoformat(" ", "seconds")


def size_of(count: int) -> str:
    """So many bytes: ``512 bytes``, ``70.0 kB``, ``5.2 MB``, ``1.1 GB``."""
    if count < 1000:
        return f"{count} {'byte' if count == 1 else 'bytes'}"
    size, unit = count / 1000, "kB"
    for larger in ("MB", "GB", "TB"):
        if size < 999.95:
            break
        size, unit = size / 1000, larger
    return f"{size:.1f} {unit}"
