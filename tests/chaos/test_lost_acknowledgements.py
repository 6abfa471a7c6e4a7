"""The connection is cut after each message that the server sends in a whole run: the run ends the same every time."""

from __future__ import annotations

import itertools
import json
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg

from flowc import Handlers, Permanent, Worker
from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db import queries
from flowc.db.connect import connect
from flowc.db.deploy import deploy
from flowc.errors import DatabaseError
from flowc.runtime.line import Line
from tests.chaos.proxy import Proxy
from tests.conftest import Postgres

SEATS = 10
STEPS = {
    "begin": {"kind": "task"},
    "part": {"kind": "map", "map": "$begin", "depends_on": ["begin"], "max_parallel": 1},
    "soft": {"kind": "task", "depends_on": ["begin"], "on_failure": "skip"},
    "last": {"kind": "task", "depends_on": ["part", "soft"], "join": "any"},
}
LEASE = timedelta(seconds=1)

handlers = Handlers()


@handlers.register
def begin() -> list[int]:
    return [1, 2]


@handlers.register
def part(item: int) -> int:
    return item * item


@handlers.register
def soft() -> None:
    raise Permanent("no")


@handlers.register
def last(part: list[int]) -> int:
    return sum(part)


class Seat:
    """A database of its own in which run after run is played, each with another cut."""

    def __init__(self, url: str, folder: Path) -> None:
        self.conn = connect(url)
        self._folder = folder
        self._database = str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])
        self._socket = Path(self.conn.info.host) / f".s.PGSQL.{self.conn.info.port}"
        deploy(self.conn, emit([define({"flow": "small", "steps": STEPS})], plain=True))

    def play(self, cut_after: int) -> bool:
        """Start and work off a run through the proxy; whether it came to the cut."""
        with Proxy(self._folder, self._socket, cut_after) as proxy:
            url = proxy.url(self._database)
            line = Line(url, "starts", lambda: 30.0)
            run_id = line.call(lambda conn: queries.start_flow(conn, "small", run_key=str(cut_after)))
            line.hang_up()
            assert self._work(url) <= 1
            assert self._shown(run_id) == EXPECTED, cut_after
            return proxy.has_cut

    @staticmethod
    def _work(url: str) -> int:
        """Work until all is done; a worker that finds no database when it starts ends, and is started again."""
        for failed in itertools.count():
            try:
                assert Worker(url, handlers, lease=LEASE, drain=True, listen=False).run() == 0
            except DatabaseError:
                continue
            return failed
        raise AssertionError

    def _shown(self, run_id: str) -> Any:
        run = queries.run(self.conn, run_id)
        assert run is not None
        steps = {one.step_slug: (one.status, one.output) for one in queries.step_states(self.conn, run_id)}
        tasks = [(one.step_slug, one.task_index, one.status) for one in queries.step_tasks(self.conn, run_id)]
        errors = {str(one.class_) for one in queries.task_errors(self.conn, run_id)} - {"LeaseExpired"}
        return run.status, json.loads(run.output or ""), run.skipped_failures, steps, tasks, errors


EXPECTED = (
    "completed",
    {"last": 5},
    1,
    {
        "begin": ("completed", "[1, 2]"),
        "last": ("completed", "5"),
        "part": ("completed", "[1, 4]"),
        "soft": ("skipped", None),
    },
    [
        ("begin", None, "completed"),
        ("last", None, "completed"),
        ("part", 0, "completed"),
        ("part", 1, "completed"),
        ("soft", None, "failed"),
    ],
    {"Permanent"},
)


def test_a_run_ends_the_same_whatever_word_of_the_server_was_the_last(postgres: Postgres) -> None:
    numbers = itertools.count(1)
    over = threading.Event()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="flowc-", dir="/tmp")))
        seats = []
        for number in range(SEATS):
            (folder / str(number)).mkdir()
            seats.append(Seat(stack.enter_context(postgres.database("flowc_template")), folder / str(number)))
            stack.enter_context(seats[-1].conn)

        def sit(seat: Seat) -> int:
            """Play until a run is over before its cut; how many were cut."""
            cuts = 0
            while not over.is_set():
                if seat.play(next(numbers)):
                    cuts += 1
                else:
                    over.set()
            return cuts

        with ThreadPoolExecutor(SEATS) as threads:
            cuts = sum(threads.map(sit, seats))
            assert cuts > 100
        assert [queries.invariants(seat.conn) for seat in seats] == [[]] * SEATS
