"""A flow is retired, and deleted whole once no run of it is left or can still come; its slug stays retired."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db import queries
from flowc.db.connect import connect
from flowc.db.deploy import deploy
from tests.conftest import Clock
from tests.sql.interleaving import PATIENCE, Call, Stage, World, answer_of

PLAN = ("flows", "steps", "deps", "_plans", "_nodes", "_edges", "_needs")
STEPS = {
    "a": {"kind": "task", "handler": "shared"},
    "b": {"kind": "branch", "run_if": [{"a": 1}]},
    "c": {"kind": "task", "branch": "b"},
}
OLD, NEW = (define({"flow": slug, "steps": STEPS}) for slug in ("old", "new"))


@pytest.fixture
def old(db: psycopg.Connection, clock: Clock) -> psycopg.Connection:
    """A database with the flow ``old``, at the beginning of 2030."""
    deploy(db, emit([OLD], plain=True))
    clock.set("2030-01-01 00:00Z")
    return db


def rows(db: psycopg.Connection) -> dict[str, int]:
    """How many rows the tables of definitions hold."""
    counts = {}
    for table in PLAN:
        [(counts[table],)] = db.execute(f"select count(*) from flowc.{table}").fetchall()
    return counts


def refused(db: psycopg.Connection, call: str, slug: str = "old") -> str | None:
    """The SQLSTATE with which a call is refused."""
    with pytest.raises(psycopg.Error) as caught:
        db.execute(f"select flowc.{call}(%s)", [slug])
    return caught.value.sqlstate


def test_a_retired_flow_starts_no_run_and_finishes_what_it_began(old: psycopg.Connection, clock: Clock) -> None:
    run_id = queries.start_flow(old, "old", run_key="first")
    since = queries.retire_flow(old, "old")
    clock.advance("1 hour")
    assert queries.retire_flow(old, "old") == since
    assert refused(old, "start_flow") == "FC003"
    [task] = queries.poll_for_tasks(old, 0, "w", ["shared"], 10, timedelta(minutes=1))
    assert queries.complete_task(old, run_id, "a", None, task.attempt, "2") == "ok"
    run = queries.run(old, run_id)
    assert run is not None
    assert run.status == "completed"


def test_an_unknown_flow_is_neither_retired_nor_deleted(old: psycopg.Connection) -> None:
    assert refused(old, "retire_flow", "unknown") == "FC001"
    assert refused(old, "delete_flow", "unknown") == "FC001"
    assert old.execute("select count(*) from flowc.retired_flows").fetchone() == (0,)


@pytest.mark.each_postgres
def test_a_flow_is_deleted_once_it_is_retired_and_has_no_runs(old: psycopg.Connection, clock: Clock) -> None:
    deploy(old, emit([NEW], plain=True))
    both = rows(old)
    run_id = queries.start_flow(old, "old")
    assert refused(old, "delete_flow") == "FC005"
    queries.retire_flow(old, "old")
    assert refused(old, "delete_flow") == "FC005"
    queries.cancel_run(old, run_id)
    assert refused(old, "delete_flow") == "FC005"
    clock.advance("1 second")
    assert queries.prune(old, timedelta(0)) == 1
    assert rows(old) == both
    queries.delete_flow(old, "old")
    assert rows(old) == {table: count // 2 if table != "_needs" else count for table, count in both.items()}
    assert refused(old, "delete_flow") == "FC001"
    assert refused(old, "start_flow") == "FC001"
    queries.start_flow(old, "new")
    assert queries.invariants(old) == []


def test_nothing_stays_of_the_last_flow_and_its_slug_stays_retired(old: psycopg.Connection) -> None:
    since = queries.retire_flow(old, "old")
    queries.delete_flow(old, "old")
    assert set(rows(old).values()) == {0}
    assert queries.retire_flow(old, "old") == since
    deploy(old, emit([OLD], plain=True))
    assert refused(old, "start_flow") == "FC003"


def test_a_retired_flow_is_deleted_whole_or_not_at_all(old: psycopg.Connection) -> None:
    queries.retire_flow(old, "old")
    whole = rows(old)
    for table in ("steps", "deps"):
        for change in ("delete from flowc.{}", "update flowc.{} set flow_slug = 'x'", "truncate flowc.{} cascade"):
            with pytest.raises(psycopg.Error) as caught:
                old.execute(change.format(table))
            assert caught.value.sqlstate == "FC005"
    assert rows(old) == whole
    old.execute("delete from flowc.flows where flow_slug = 'old'")
    assert set(rows(old).values()) == {0}


@pytest.fixture
def stage(db: psycopg.Connection, dsn: str) -> Iterator[Stage]:
    """A database and connections to it, whose own lock timeout is longer than the engine's."""
    with connect(dsn) as looker, connect(dsn) as first, connect(dsn) as second:
        for conn in (first, second):
            conn.execute("select set_config('lock_timeout', %s, false)", [f"{PATIENCE}s"])
        stage = Stage(looker, first, second)
        yield stage
        stage.close()


def start(world: World, conn: psycopg.Connection) -> str:
    return world.start("r", conn=conn)


def delete(world: World, conn: psycopg.Connection) -> None:
    queries.delete_flow(conn, world.slug)


def delete_by_hand(world: World, conn: psycopg.Connection) -> None:
    conn.execute("delete from flowc.flows where flow_slug = %s", [world.slug])


def nothing(world: World) -> None:
    """No run at all."""


@pytest.mark.each_postgres
@pytest.mark.parametrize("deletion", [delete, delete_by_hand])
@pytest.mark.parametrize("commit", [True, False], ids=["committed", "rolled back"])
def test_a_flow_is_not_deleted_while_a_start_of_it_is_under_way(stage: Stage, deletion: Call, commit: bool) -> None:
    with stage.world({"a": {}}, nothing) as world, ThreadPoolExecutor(1) as threads:
        stage.first.execute("begin isolation level read committed")
        start(world, stage.first)
        queries.retire_flow(stage.db, world.slug)
        deleted = threads.submit(answer_of, deletion, world, stage.second)
        assert stage.waits(stage.second, stage.first, deleted)
        stage.first.execute("commit" if commit else "rollback")
        assert deleted.result(PATIENCE) == ("FC005" if commit else None)
        assert stage.offences() == []
        assert rows(stage.db)["_plans"] == commit


@pytest.mark.parametrize("commit", [True, False], ids=["committed", "rolled back"])
def test_a_start_waits_for_a_deletion(stage: Stage, commit: bool) -> None:
    with stage.world({"a": {}}, nothing) as world:
        queries.retire_flow(stage.db, world.slug)
        waited, answers, _ = stage.interleaved(world, delete, start, commit=commit)
        assert waited
        assert answers == [None, "FC001" if commit else "FC003"]
        assert stage.offences() == []


def test_a_deletion_does_not_hold_up_starts_for_long(stage: Stage) -> None:
    with stage.world({"a": {}}, nothing) as world:
        stage.first.execute("begin isolation level read committed")
        start(world, stage.first)
        queries.retire_flow(stage.db, world.slug)
        stage.second.execute("reset lock_timeout")
        assert answer_of(delete, world, stage.second) == "FC005"
        assert stage.second.execute("show lock_timeout").fetchone() == ("0",)
        stage.first.execute("rollback")
