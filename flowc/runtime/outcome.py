"""What became of a task: the one value in which a handler's result or failure travels."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple


class Completed(NamedTuple):
    """The handler's result, as JSON in UTF-8; ``blobs`` are the marks of what of it is stored as blobs, as JSON.

    ``settled``: the database knows already, as it was told together with what the handler wrote.
    """

    output: bytes
    blobs: bytes | None = None
    settled: bool = False


class Refused(Exception):
    """What a task brings, or what its handler did or returned, cannot be used; no other attempt would change that."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class Failed(NamedTuple):
    """Why it did not work; ``retry_at`` is the earliest moment of the next attempt, None for the step's own backoff."""

    error: dict[str, Any]
    retryable: bool = True
    retry_at: datetime | None = None


Outcome = Completed | Failed
