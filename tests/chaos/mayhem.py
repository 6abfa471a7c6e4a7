"""Many runs of the mixed flow, a fleet of workers in all kinds of trouble, and what is held against the outcome."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from psycopg import Connection

from flowc.compiler.emit import emit
from flowc.compiler.pipeline import compile_file
from flowc.db import queries
from flowc.db.deploy import deploy
from flowc.db.install import install
from flowc.simulate import run_flow
from tests.chaos.fleet import Fleet
from tests.chaos.handlers import LEASE_SECONDS, handlers
from tests.chaos.ledger import Ledger, Start
from tests.chaos.server import Server

FLOW = Path(__file__).with_name("mixed.yaml")
KINDS = 2 * 3 * 5 * 11  # inputs alike modulo this end alike
WORKERS = 3
BATCH = 100
STOPPED_SECONDS = LEASE_SECONDS * 1.5
# So many handlers must have started since the last trouble: it cannot bring all to a standstill.
STARTS_BETWEEN, SECONDS_BETWEEN = 120, 0.25

_ENDED = "select run_key::int, status, output, failed_step, skipped_failures from flowc.runs"
_COUNTED = """
select t.run_id::text, t.step_slug, coalesce(t.task_index, -1), t.attempt, t.worker
from flowc.step_tasks t where t.status = 'completed' or t.status = 'failed' and t.worker is not null
"""


@dataclass
class Report:
    """What happened."""

    runs: int
    seconds: float = 0.0
    starts: int = 0
    repeated: list[Start] = field(default_factory=list)
    troubles: Counter[str] = field(default_factory=Counter)
    expired: int = 0
    looks: int = 0
    offences: list[Any] = field(default_factory=list)
    wrong: list[Any] = field(default_factory=list)
    unheard: list[Any] = field(default_factory=list)
    died: list[str] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)

    @property
    def flawless(self) -> bool:
        """Whether nothing was lost, stuck, wrong or counted twice."""
        return not (self.repeated or self.offences or self.wrong or self.unheard or self.died)

    def __str__(self) -> str:
        troubles = ", ".join(f"{count} × {name}" for name, count in sorted(self.troubles.items()))
        return (
            f"{self.runs} runs in {self.seconds:.0f} s: {self.starts} starts of handlers,"
            f" {self.expired} leases expired; {troubles}; {self.looks} looks at the invariants\n"
            f"starts repeated: {self.repeated[:5]}\noffences: {self.offences[:5]}\nwrong ends: {self.wrong[:5]}\n"
            f"counted and never started: {self.unheard[:5]}\ndied by themselves: {self.died}"
        )


class Mayhem:
    """So many runs, in ``folder``, with the troubles of one seed."""

    def __init__(self, folder: Path, runs: int, seed: int, patience: float) -> None:
        self._runs = runs
        self._random = Random(seed)
        self._patience = patience
        self._ledger = Ledger(folder / "ledger")
        self._seen: set[Start] = set()
        self._heard: set[tuple[str, str, int, int, str]] = set()
        self._awake: Counter[str] = Counter()
        self._folder = folder
        self._report = Report(runs)
        self._last_trouble = (0.0, 0)
        self._look_after = 0.0

    def play(self) -> Report:
        """Start all runs, make trouble until they have ended, and hold what came of them against what must."""
        begun = time.monotonic()
        server = Server(self._folder)
        try:
            self._prepare(server)
            fleet = Fleet(server.url, self._folder / "ledger", self._folder / "log", WORKERS)
            try:
                self._play(server, fleet, begun + self._patience)
            finally:
                fleet.close()
            self._conclude(server)
        finally:
            server.close()
        self._report.seconds = time.monotonic() - begun
        return self._report

    def _prepare(self, server: Server) -> None:
        install(server.conn)
        compilation = compile_file(FLOW)
        assert compilation.definition is not None, compilation.diagnostics
        deploy(server.conn, emit([compilation.definition], plain=True))

    def _play(self, server: Server, fleet: Fleet, until: float) -> None:
        started = 0
        while True:
            if started < self._runs:
                started = self._start_some(server, started)
            elif not server.insist(self._open_runs):
                return
            if time.monotonic() > until:
                return
            self._hear()
            self._replace(fleet)
            self._trouble(server, fleet)
            self._look(server)
            time.sleep(0.05)

    def _start_some(self, server: Server, first: int) -> int:
        """Start the next runs; told twice where the first word was lost, which their keys take care of."""
        numbers = range(first, min(first + BATCH, self._runs))
        inputs = [json.dumps({"n": n}) for n in numbers]
        server.insist(lambda conn: queries.start_flows(conn, "mixed", inputs, [str(n) for n in numbers]))
        return numbers.stop

    @staticmethod
    def _open_runs(conn: Connection) -> int:
        [(count,)] = conn.execute("select count(*) from flowc._runs where status = 1").fetchall()
        return int(count)

    def _hear(self) -> None:
        """Read the news of the ledger."""
        for start in self._ledger.news():
            attempt = Start(start.run_id, start.step, start.index, start.attempt, "")
            if attempt in self._seen:
                self._report.repeated.append(start)
            self._seen.add(attempt)
            self._heard.add(tuple(start))
            self._awake[start.worker] += 1
            self._report.starts += 1

    def _replace(self, fleet: Fleet) -> None:
        """Replace workers that ended: one may that finds no database when it starts, none that has begun to work."""
        for name in fleet.replace_ended():
            if self._awake[name]:
                self._report.died.append(name)
            else:
                self._report.troubles["a worker that found no database when it started"] += 1

    def _trouble(self, server: Server, fleet: Fleet) -> None:
        """One trouble, where enough was done since the last one."""
        now = time.monotonic()
        for name, at in list(fleet.stopped.items()):
            if now - at > STOPPED_SECONDS:
                fleet.go_on(name)
        at, starts = self._last_trouble
        if now - at < SECONDS_BETWEEN or self._report.starts - starts < STARTS_BETWEEN:
            return
        able = [name for name in fleet.processes if self._awake[name] and name not in fleet.stopped]
        choices: Sequence[tuple[str, int, Callable[[], object]]] = [
            ("a worker killed", 5, lambda: fleet.kill(self._random.choice(able))),
            ("a worker stopped for longer than its leases", 4, lambda: fleet.stop(self._random.choice(able), now)),
            ("a connection cut", 5, lambda: self._cut(server)),
            ("a server process killed", 1, lambda: self._crash(server)),
            ("the server killed", 1, server.kill),
        ]
        possible = [choice for choice in choices if able or "worker" not in choice[0]]
        [(name, _, act)] = self._random.choices(possible, [weight for _, weight, _ in possible])
        act()
        self._report.troubles[name] += 1
        self._last_trouble = time.monotonic(), self._report.starts

    def _cut(self, server: Server) -> None:
        for pid in server.backends()[:4]:
            server.insist(lambda conn, pid=pid: conn.execute("select pg_terminate_backend(%s)", [pid]))  # type: ignore[misc]

    def _crash(self, server: Server) -> None:
        """Kill one of the server's processes: it restarts all of itself."""
        with suppress(ProcessLookupError, IndexError):
            os.kill(self._random.choice(server.backends()), signal.SIGKILL)

    def _look(self, server: Server) -> None:
        """Look at the invariants while all this goes on, for a tenth of the time at most."""
        now = time.monotonic()
        if now < self._look_after:
            return
        self._report.offences += server.insist(queries.invariants)
        self._report.looks += 1
        self._look_after = time.monotonic() + 10 * (time.monotonic() - now)

    def _conclude(self, server: Server) -> None:
        """Hold the ended runs against the reference interpreter, and what was counted against the ledger."""
        self._hear()
        report = self._report
        report.offences += server.insist(queries.invariants)
        expected = [expected_end(n) for n in range(min(KINDS, self._runs))]
        ends = {row[0]: row[1:] for row in server.insist(lambda conn: conn.execute(_ENDED).fetchall())}
        report.ends.update(end[0] for end in ends.values())
        for n in range(self._runs):
            if ends.get(n) != expected[n % KINDS]:
                report.wrong.append((n, ends.get(n), expected[n % KINDS]))
        counted = server.insist(lambda conn: conn.execute(_COUNTED).fetchall())
        report.unheard = [row for row in counted if row not in self._heard]
        [(report.expired,)] = server.insist(
            lambda conn: conn.execute("select count(*) from flowc._errors where expired").fetchall()
        )


def expected_end(n: int) -> tuple[Any, ...]:
    """How the run with this input ends: status, output, failed step, skipped failures."""
    definition = compile_file(FLOW).definition
    assert definition is not None
    end = run_flow(definition.body, handlers, {"n": n})
    return end.status, end.output, end.failed_step, end.run.skipped_failures if end.status == "completed" else 0
