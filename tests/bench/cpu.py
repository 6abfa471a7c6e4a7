"""CPU seconds of a PostgreSQL server: the figure that repeats on a shared machine, where rates do not."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import psycopg

_TICK = os.sysconf("SC_CLK_TCK")


class ServerCpu:
    """Reads what a server on this machine has used, its children included, those it has reaped too."""

    def __init__(self, conn: psycopg.Connection) -> None:
        row = conn.execute("select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int").fetchone()
        assert row is not None
        self._postmaster = int(row[0])

    def seconds(self) -> float:
        """Seconds of CPU so far."""
        ticks = sum(self._times(self._postmaster))
        for pid in self._children():
            with suppress(OSError):
                ticks += sum(self._times(pid)[:2])
        return ticks / _TICK

    def _children(self) -> list[int]:
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError):
                    if self._fields(int(entry.name))[1] == str(self._postmaster):
                        found.append(int(entry.name))
        return found

    def _times(self, pid: int) -> list[int]:
        """User and system time of a process, and of its reaped children, in ticks."""
        return [int(field) for field in self._fields(pid)[11:15]]

    @staticmethod
    def _fields(pid: int) -> list[str]:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
