"""Upgrades of a database that the version before left: nothing of it is lost, and who works on it meanwhile goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from flowc.db import queries
from flowc.db.connect import connect
from flowc.db.install import install, is_current, require_schema, schema_version
from flowc.db.transaction import read_committed
from flowc.errors import DatabaseError
from tests.conftest import Psql
from tests.db.dumps.make import HANDLERS

BEFORE = schema_version() - 1
DUMP = Path(__file__).parent / "dumps" / f"schema_{BEFORE}.sql"
FATES = {"complete": "completed", "fail": "failed", "cancel": "cancelled", "retry": "started", "lease": "started"}


@pytest.fixture
def old(psql: Psql, empty_dsn: str) -> Iterator[psycopg.Connection]:
    """A connection to a database as the last version but one left it."""
    done = psql(DUMP.read_text(encoding="utf-8"), empty_dsn, "-q", "-v", "ON_ERROR_STOP=1")
    assert done.returncode == 0, done.stderr
    with connect(empty_dsn) as conn:
        yield conn


def statuses(conn: psycopg.Connection) -> dict[str, str]:
    return dict(conn.execute("select run_key, status from flowc.runs").fetchall())


def work_on(conn: psycopg.Connection) -> None:
    """Do what is ready until nothing is."""
    while tasks := queries.poll_for_tasks(conn, 0, "new worker", HANDLERS, 10, timedelta(seconds=30)):
        for task in tasks:
            output = "[1]" if task.step_slug == "list" else "{}"
            queries.complete_task(conn, task.run_id, task.step_slug, task.task_index, task.attempt, output)


@pytest.mark.each_postgres
def test_an_upgrade_keeps_every_run_and_the_runs_go_on(old: psycopg.Connection) -> None:
    with pytest.raises(DatabaseError, match=f"the database holds schema {BEFORE} of flowc .* older than this flowc"):
        require_schema(old)
    before = old.execute("select * from flowc.step_tasks order by run_id, step_slug, task_index")
    shown, columns = before.fetchall(), ", ".join(column.name for column in before.description or ())
    install(old)
    require_schema(old)
    assert is_current(old)
    query = f"select {columns} from flowc.step_tasks order by run_id, step_slug, task_index"
    assert old.execute(query.encode()).fetchall() == shown
    assert statuses(old) == FATES | {"begin": "started"}
    assert queries.invariants(old) == []

    old.execute("update flowc._later set due = flowc.now()")  # the wait of the retry is over
    work_on(old)
    assert statuses(old) == FATES | {"begin": "completed", "retry": "completed"}
    [leased] = old.execute(
        "select run_id::text, attempt from flowc.step_tasks where status = 'started' and worker = 'old worker'"
    ).fetchall()
    assert queries.complete_task(old, leased[0], "side", None, leased[1], "{}") == "ok"
    for key in ("fail", "cancel"):
        old.execute("select flowc.retry_run(run_id) from flowc.runs where run_key = %s", [key])
    work_on(old)
    assert statuses(old) == dict.fromkeys([*FATES, "begin"], "completed")
    assert queries.invariants(old) == []


def test_functions_that_the_next_version_lacks_are_gone(old: psycopg.Connection) -> None:
    old.execute(
        "create function flowc.start_flow(text, jsonb, text, integer) returns uuid language sql as 'select null::uuid'"
    )
    install(old)
    gone = old.execute("select to_regprocedure('flowc.start_flow(text, jsonb, text, integer)')").fetchone()
    assert gone == (None,)
    assert old.execute("select flowc.start_flow('stored', '{}', 'key', 0) is not null").fetchone() == (True,)


def test_an_upgrade_waits_for_who_works_and_they_go_on_after_it(old: psycopg.Connection, empty_dsn: str) -> None:
    with connect(empty_dsn) as worker, connect(empty_dsn) as other, ThreadPoolExecutor(1) as pool:
        with read_committed(worker):
            [task, *_] = queries.poll_for_tasks(worker, 0, "a worker", HANDLERS, 1, timedelta(seconds=30))
            queries.fail_task(worker, task.run_id, task.step_slug, task.task_index, task.attempt, '{"class": "No"}')
            upgrade = pool.submit(install, old)
            query = (
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            )
            while other.execute(query).fetchone() != (1,) and not upgrade.done():
                time.sleep(0.01)
            assert not upgrade.done()
        upgrade.result(60)
        require_schema(worker)
        assert [error.run_id for error in queries.task_errors(worker, task.run_id)] == [task.run_id]
        work_on(worker)
        assert queries.invariants(worker) == []
