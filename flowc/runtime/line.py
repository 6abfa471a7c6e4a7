"""A connection that comes back: every call is tried again when the database went away, until it is answered."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

import psycopg
from psycopg import Connection

from flowc.db.connect import connect
from flowc.db.sqlstate import Verdict, as_flowc_error, judge, with_retries
from flowc.errors import DatabaseError

T = TypeVar("T")

_log = logging.getLogger("flowc.worker")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0


class Line:
    """One connection of the worker, opened when it is first used.

    Args:
        url: the database.
        name: the connection's ``application_name``.
        patience: how many seconds to go on while the database does not answer, asked anew before each pause.

    Attributes:
        lost_at: since when the database does not answer, of the monotonic clock; None while it does.
    """

    def __init__(self, url: str, name: str, patience: Callable[[], float]) -> None:
        self._url = url
        self._name = name
        self._patience = patience
        self._conn: Connection | None = None
        self.lost_at: float | None = None

    @property
    def conn(self) -> Connection:
        """The connection, opened if need be; raises DatabaseError."""
        if self._conn is None or self._conn.closed:
            self._conn = connect(self._url, application_name=self._name)
        return self._conn

    def call(self, query: Callable[[Connection], T]) -> T:
        """The result of ``query``, however long the database is away.

        Raises:
            psycopg.Error: the database refuses the call for good.
            DatabaseError: it did not answer for as long as there was patience.
        """
        try:
            return with_retries(lambda: query(self.conn))
        except (psycopg.Error, DatabaseError) as error:
            if isinstance(error, psycopg.Error) and judge(error) is Verdict.REFUSED:
                raise
            return self._insist(query, error)

    def _insist(self, query: Callable[[Connection], T], error: psycopg.Error | DatabaseError) -> T:
        self.lost_at = lost_at = time.monotonic()
        pause = _FIRST_PAUSE
        while time.monotonic() - lost_at < self._patience():
            _log.warning("%s; trying again", _told(error))
            self.hang_up()
            time.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(pause * 2, _LONGEST_PAUSE)
            try:
                answer = with_retries(lambda: query(self.conn))
            except (psycopg.Error, DatabaseError) as again:
                if isinstance(again, psycopg.Error) and judge(again) is Verdict.REFUSED:
                    raise
                error = again
            else:
                self.lost_at = None
                _log.warning("the database answers again")
                return answer
        raise DatabaseError(_told(error)) from None

    def hang_up(self) -> None:
        """Close the connection; the next call opens another one."""
        if self._conn is not None:
            self._conn.close()
            self._conn = None


def _told(error: psycopg.Error | DatabaseError) -> str:
    return error.message if isinstance(error, DatabaseError) else as_flowc_error(error).message
