"""A connection of its own that hears the engine's wake-ups; a hint: polling goes on without it."""

from __future__ import annotations

import logging
import math
import time

import psycopg
from psycopg import Connection

from flowc.db.connect import connect
from flowc.errors import DatabaseError

_log = logging.getLogger("flowc.worker")

# After it broke, the connection is tried again no sooner than this.
_PAUSE_SECONDS = 10.0


class Ear:
    """Listens for NOTIFY on the channel ``flowc`` with this worker's name."""

    def __init__(self, url: str, worker_id: str) -> None:
        self._url = url
        self._worker_id = worker_id
        self._conn: Connection | None = None
        self._not_before = 0.0

    @property
    def socket(self) -> int | None:
        """What to wait on; None while there is no connection."""
        return None if self._conn is None else self._conn.fileno()

    def open(self) -> bool:
        """Listen, if that is possible now; whether we do."""
        if self._conn is None and time.monotonic() >= self._not_before:
            try:
                self._conn = connect(self._url, application_name=f"{self._worker_id} listens")
                if _is_pooled(self._conn):
                    self._lost("a pooler passes none on")
                    self._not_before = math.inf
                else:
                    self._conn.execute("listen flowc")
            except (psycopg.Error, DatabaseError) as error:
                self._lost(str(error))
        return self._conn is not None

    def heard(self) -> bool:
        """Whether this worker was called since the last time; reads without waiting."""
        called = False
        try:
            if self._conn is not None:
                self._conn.pgconn.consume_input()
                while note := self._conn.pgconn.notifies():
                    called |= note.extra.decode(errors="replace") == self._worker_id
        except psycopg.Error as error:
            self._lost(str(error))
            return True  # who knows what was missed
        return called

    def close(self) -> None:
        """Listen no more."""
        if self._conn is not None:
            self._conn.close()
            self._conn = None

    def _lost(self, why: str) -> None:
        _log.info("wake-ups are not heard, polling goes on: %s", why.strip().split("\n", maxsplit=1)[0])
        self.close()
        self._not_before = time.monotonic() + _PAUSE_SECONDS


def _is_pooled(conn: Connection) -> bool:
    """Whether somebody else answers for the server: then the process that greeted us is not the one that serves us."""
    return conn.execute("select pg_backend_pid()").fetchone() != (conn.info.backend_pid,)
