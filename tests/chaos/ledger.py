"""The ledger of all starts of handlers: one line each, written before anything else is done."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from flowc.runtime.context import Context


class Start(NamedTuple):
    """One start of a handler."""

    run_id: str
    step: str
    index: int
    attempt: int
    worker: str


class Ledger:
    """A file to which many processes append; a line is one write, so that a kill cannot cut it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0

    def write(self, ctx: Context, worker: str) -> None:
        """Tell of a start."""
        index = -1 if ctx.task_index is None else ctx.task_index
        line = f"{ctx.run_id} {ctx.step} {index} {ctx.attempt} {worker}\n"
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)

    def news(self) -> list[Start]:
        """What was told since the last time."""
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(self._read)
            text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        self._read += len(whole)
        fields = (line.split(" ") for line in whole.decode().splitlines())
        return [
            Start(run_id, step, int(index), int(attempt), worker) for run_id, step, index, attempt, worker in fields
        ]
