"""Looking at a run for as long as it takes: a database that goes away is waited for."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg

from flowc.cli.facts import waits_of
from flowc.cli.live import Sight, look, timed
from flowc.cli.terminal import one_line, say
from flowc.db.connect import connect
from flowc.db.sqlstate import Verdict, as_flowc_error, judge
from flowc.errors import DatabaseError

if TYPE_CHECKING:
    from psycopg import Connection

_PAUSE = 0.5
# That no worker can take a task is said once it has waited so long: one that was started with the run needs a moment.
_PATIENCE = timedelta(seconds=5)


class Looking:
    """Looks at a run, on a new connection where the database was away; to be used in a ``with``.

    Args:
        url: the database.
        conn: a connection to begin with, which stays the caller's.
        run_id: the run.
        body: the definition of its flow.
    """

    def __init__(self, url: str, conn: Connection, run_id: str, body: Mapping[str, Any]) -> None:
        self._url = url
        self._conn = conn
        self._own: Connection | None = None
        self._run_id = run_id
        self._body = body
        self._is_away = False

    def __enter__(self) -> Looking:
        return self

    def __exit__(self, *_: object) -> None:
        if self._own is not None:
            self._own.close()

    def __call__(self) -> Sight:
        """The run as it is now, however long the database is away.

        Raises:
            psycopg.Error: the database refuses for good.
            NotDeployedError: the run is gone.
        """
        while True:
            try:
                sight = timed(self._look)
            except psycopg.Error as error:
                if judge(error) is not Verdict.RECONNECT:
                    raise
                self._say_away(as_flowc_error(error).message)
            except DatabaseError:
                if not self._is_away:
                    raise
            else:
                if self._is_away:
                    say("the database is back")
                    self._is_away = False
                return sight
            time.sleep(_PAUSE)
            self._hang_up()

    def _look(self) -> Sight:
        if self._conn.closed:
            self._conn = self._own = connect(self._url)
        progress = look(self._conn, self._run_id)
        return Sight(progress, waits_of(self._conn, progress, self._body, _PATIENCE))

    def _hang_up(self) -> None:
        self._conn.close()

    def _say_away(self, why: str) -> None:
        if not self._is_away:
            self._is_away = True
            say(f"{one_line(why)}; waiting for it to come back; Ctrl-C stops watching")
