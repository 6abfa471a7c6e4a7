"""``flowc watch``: a run is followed to its end, whatever the terminal is like and whatever happens to the database."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from rich.console import Console

from flowc.cli import live, watching
from flowc.cli.draw import tree
from flowc.cli.facts import Facts
from flowc.cli.live import Sight
from flowc.cli.progress import Progress
from flowc.cli.watching import Looking
from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db import queries
from flowc.db.connect import connect
from flowc.db.embedded import Embedded
from flowc.db.install import install
from flowc.db.rows import Run, StepState
from tests.cli.conftest import Flowc, environment

PING = define({"flow": "ping", "steps": {"pong": {"kind": "task"}}})
BEGAN = datetime(2030, 1, 1, tzinfo=UTC)
RUN = Run("0193a1b2-0000-7000-8000-000000000000", "wide", "started", None, "{}", None, None, None, 0, 0, BEGAN, None)


def settle(conn: psycopg.Connection, run_id: str, output: str | None) -> None:
    """Complete the one task of a run of ``ping``, or fail it for good."""
    [task] = queries.poll_for_tasks(conn, 0, "w", ["pong"], 1, timedelta(minutes=1))
    if output is not None:
        assert queries.complete_task(conn, run_id, "pong", None, task.attempt, output) == "ok"
    else:
        error = json.dumps({"class": "ValueError", "message": "no"})
        assert queries.fail_task(conn, run_id, "pong", None, task.attempt, error, retryable=False) == "ok"


@pytest.fixture
def run_id(db: psycopg.Connection) -> str:
    db.execute(emit([PING], plain=True).encode())
    return queries.start_flow(db, "ping")


def test_a_run_that_has_ended_is_told_with_its_output(
    flowc: Flowc, db: psycopg.Connection, dsn: str, run_id: str
) -> None:
    settle(db, run_id, "7")
    result = flowc("watch", run_id[:30], "--db", dsn)
    assert (result.returncode, json.loads(result.stdout)) == (0, {"pong": 7})
    assert "  pong: completed (" in result.stderr


def test_a_run_that_failed_is_exit_code_1_with_the_way_to_mend_it(
    flowc: Flowc, db: psycopg.Connection, dsn: str, run_id: str
) -> None:
    settle(db, run_id, None)
    result = flowc("watch", run_id, "--db", dsn)
    assert (result.returncode, result.stdout) == (1, "")
    assert f"help: flowc retry {run_id} --db '{dsn}' && flowc worker --drain --db '{dsn}' runs" in result.stderr


def test_what_nobody_can_take_for_five_seconds_is_said_once_and_waited_for(
    db: psycopg.Connection, dsn: str, run_id: str, project: Path
) -> None:
    keyed = queries.start_flow(db, "ping", run_key="k")
    db.execute("update flowc._live set since = since - interval '5 seconds'")
    for run, command in ((run_id, ["watch", run_id]), (keyed, ["start", "ping", "--key", "k", "--wait"])):
        with subprocess.Popen(
            [sys.executable, "-m", "flowc", *command, "--db", dsn],
            cwd=project,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stderr is not None
            assert process.stdout is not None
            line = next(line for line in process.stderr if line.startswith("  pong"))
            assert line == "  pong: no worker is alive that has `pong`; the run waits until there is one\n"
            settle(db, run, "7")
            assert json.loads(process.stdout.read()) == {"pong": 7}
            assert process.wait() == 0
            assert "no worker" not in process.stderr.read()


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """A server of this test's own, to be stopped and started."""
    server = Embedded(tmp_path_factory.mktemp("restarted"))
    server.start()
    yield server
    server.stop()


def test_a_restart_of_the_database_is_waited_for(server: Embedded, project: Path) -> None:
    with connect(server.url) as conn:
        install(conn)
        conn.execute(emit([PING], plain=True).encode())
        run_id = queries.start_flow(conn, "ping")
    with subprocess.Popen(
        [sys.executable, "-m", "flowc", "watch", run_id, "--db", server.url],
        cwd=project,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        assert next(line for line in process.stderr if line.startswith("  pong"))
        server.stop()
        assert "; waiting for it to come back; Ctrl-C stops watching\n" in process.stderr.readline()
        server.start()
        assert process.stderr.readline() == "the database is back\n"
        with connect(server.url) as conn:
            settle(conn, run_id, "7")
        assert json.loads(process.stdout.read()) == {"pong": 7}
        assert process.wait() == 0


def test_the_time_for_which_the_database_was_away_does_not_slow_the_looks_that_follow(
    server: Embedded, capsys: pytest.CaptureFixture[str]
) -> None:
    with connect(server.url) as conn, ThreadPoolExecutor(1) as another:
        install(conn)
        conn.execute(emit([PING], plain=True).encode())
        with Looking(server.url, conn, queries.start_flow(conn, "ping"), json.loads(PING.text)) as looking:
            server.stop()
            began = time.monotonic()
            sight = another.submit(looking)
            said = ""
            while "waiting for it to come back" not in said:
                said += capsys.readouterr().err
            server.start()
            # It had gone away for at least the pause before the second try.
            assert sight.result().seconds <= time.monotonic() - began - watching._PAUSE


def state(slug: str, status: str, total: int | None = None, remaining: int | None = None) -> StepState:
    kind = "task" if total is None else "map"
    return StepState(RUN.run_id, "wide", slug, kind, None, status, None, None, total, remaining, BEGAN, None)


def picture(progress: Progress, columns: int, most: int, facts: Facts) -> list[str]:
    console = Console(width=columns, file=io.StringIO(), force_terminal=False)
    with console.capture() as captured:
        console.print(tree(progress, [step.step_slug for step in progress.steps], facts, moving=True, most=most))
    return captured.get().splitlines()


def test_a_narrow_terminal_shows_each_step_on_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    steps = [state("fetch", "completed"), state("tag_each", "started", 100_000, 75_000)]
    facts = Facts(waits={"tag_each": "16 at work, leased until some time that is far away"})
    [heading, fetch, tag_each] = picture(Progress(RUN, steps, []), 40, 20, facts)
    assert max(map(len, (heading, fetch, tag_each))) <= 40
    assert heading.startswith("wide  started  ")
    assert "━━━━━────────" in tag_each


def test_a_moving_picture_is_never_higher_than_the_terminal() -> None:
    steps = [state(f"s{number}", "completed") for number in range(10_000)] + [state("last", "started")]
    lines = picture(Progress(RUN, steps, []), 120, 21, Facts())
    assert len(lines) == 23
    assert "last  started" in lines[21]
    assert "… and 9,980 more steps: 9,980 completed" in lines[22]


def test_without_a_terminal_maps_are_told_by_tenths(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(live, "say", said.append)
    lines = live._Lines(["tag_each"])
    for remaining in range(100, -1, -1):
        status = "started" if remaining else "completed"
        lines.show(Sight(Progress(RUN, [state("tag_each", status, 100, remaining)], [])))
    assert said == [f"  tag_each: {n} of 100" for n in range(10, 100, 10)] + ["  tag_each: completed (100 tasks)"]
