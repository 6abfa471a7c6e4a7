"""A PostgreSQL server of its own that is killed and started again."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import psycopg
from psycopg import Connection

from flowc.db.connect import connect
from flowc.db.embedded import Embedded
from flowc.errors import DatabaseError

T = TypeVar("T")

# What a killed server has committed must be there afterwards; a power cut is not played.
SETTINGS = {"fsync": "off", "full_page_writes": "off", "max_connections": "200"}


class Server:
    """A server in ``folder``; ``conn`` is a connection to it, a new one where the old one was cut."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._users = [Embedded(folder, settings=SETTINGS)]
        self.url = self._users[0].start()
        self._conn: Connection | None = None

    @property
    def conn(self) -> Connection:
        if self._conn is None or self._conn.closed:
            self._conn = connect(self.url, application_name="looks on")
        return self._conn

    def insist(self, call: Callable[[Connection], T]) -> T:
        """The result of a call that may be made twice, whatever happens to connections."""
        while True:
            with suppress(psycopg.OperationalError, DatabaseError):
                return call(self.conn)

    def kill(self) -> None:
        """Kill the postmaster, so that all its processes end where they are, and start it again."""
        [(said,)] = self.insist(lambda conn: conn.execute("select pg_read_file('postmaster.pid')").fetchall())
        postmaster = int(said.split("\n", maxsplit=1)[0])
        os.kill(postmaster, signal.SIGKILL)
        os.waitid(os.P_PID, postmaster, os.WEXITED | os.WNOWAIT)
        user = Embedded(self._folder, settings=SETTINGS)
        user.start()
        self._users.append(user)

    def backends(self) -> list[int]:
        """The processes that serve workers."""
        query = "select pid from pg_stat_activity where application_name like 'worker-%'"
        return [pid for (pid,) in self.insist(lambda conn: conn.execute(query).fetchall())]

    def close(self) -> None:
        """Stop it."""
        if self._conn is not None:
            self._conn.close()
        for user in self._users:
            user.stop()
