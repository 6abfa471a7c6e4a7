"""Who is polled first, and what a poll leaves behind: fairness between flows, priorities, leases that move no row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import psycopg
import pytest

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db import queries
from flowc.db.connect import connect
from flowc.db.deploy import deploy
from flowc.db.rows import Task
from tests.conftest import TEMPLATE, Postgres

LEASE = timedelta(seconds=30)
FLOWS = {
    "burst": {"a": {"kind": "task"}},
    "single": {"b": {"kind": "task"}},
    "urgent": {"c": {"kind": "task", "priority": 5}},
}


@pytest.fixture(scope="module")
def shared(servers: Callable[[int], Postgres]) -> Iterator[psycopg.Connection]:
    with servers(18).database(TEMPLATE) as url, connect(url) as conn:
        for name, steps in FLOWS.items():
            deploy(conn, emit([define({"flow": name, "steps": steps})], plain=True))
        yield conn


@pytest.fixture
def burst(shared: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """Five thousand ready tasks of one flow."""
    for _ in range(5):
        queries.start_flows(shared, "burst", ["{}"] * 1000)
    yield shared
    shared.execute("truncate flowc._live, flowc._done, flowc._runs")


def poll(conn: psycopg.Connection, most: int, *handlers: str) -> list[Task]:
    return queries.poll_for_tasks(conn, 0, "w", handlers or ["a", "b", "c"], most, LEASE)


@pytest.mark.parametrize("most", [2, 3, 10, 500])
def test_one_run_behind_a_burst_of_another_flow_is_in_the_very_next_poll(burst: psycopg.Connection, most: int) -> None:
    [mine] = [queries.start_flow(burst, "single")]
    polled = poll(burst, most)
    assert len(polled) == most
    assert mine in [task.run_id for task in polled]


def test_flows_of_one_priority_share_a_poll_half_and_half(burst: psycopg.Connection) -> None:
    queries.start_flows(burst, "single", ["{}"] * 500)
    assert Counter(task.flow_slug for task in poll(burst, 200)) == {"burst": 100, "single": 100}


def test_what_one_flow_does_not_need_of_its_share_another_gets(burst: psycopg.Connection) -> None:
    queries.start_flows(burst, "single", ["{}"] * 3)
    assert Counter(task.flow_slug for task in poll(burst, 200)) == {"burst": 197, "single": 3}


def test_more_urgent_tasks_come_first_by_step_and_by_run(burst: psycopg.Connection) -> None:
    queries.start_flow(burst, "urgent")
    run = queries.start_flow(burst, "single", priority=7)
    assert [task.flow_slug for task in poll(burst, 1)] == ["single"]
    assert [task.flow_slug for task in poll(burst, 1)] == ["urgent"]
    assert {task.flow_slug for task in poll(burst, 10)} == {"burst"}
    assert queries.run(burst, run) is not None


def test_within_a_flow_older_runs_come_first(burst: psycopg.Connection) -> None:
    order = [run_id for (run_id,) in burst.execute("select run_id::text from flowc._live order by run_id limit 20")]
    assert [task.run_id for task in poll(burst, 20)] == order


def test_a_flow_that_nobody_can_take_holds_up_none(burst: psycopg.Connection) -> None:
    mine = queries.start_flow(burst, "single")
    assert [task.run_id for task in poll(burst, 10, "b")] == [mine]


def test_a_lease_stays_on_its_page(burst: psycopg.Connection) -> None:
    before = updates(burst, "_live")
    assert len(poll(burst, 1000)) == 1000
    assert updates(burst, "_live") - before == Counter(all=1000, in_place=1000)


def test_the_end_of_a_run_stays_on_its_page(burst: psycopg.Connection) -> None:
    tasks, before = poll(burst, 1000), updates(burst, "_runs")
    keys = zip(*((task.run_id, task.step_slug, task.task_index, task.attempt) for task in tasks), strict=True)
    queries.complete_tasks(burst, *map(list, keys), ["{}"] * len(tasks))
    assert updates(burst, "_runs") - before == Counter(all=1000, in_place=1000)


def updates(conn: psycopg.Connection, table: str) -> Counter[str]:
    """How many rows of a table were changed, and how many of them without a new index entry."""
    conn.execute("select pg_stat_force_next_flush()")
    query = "select n_tup_upd, n_tup_hot_upd from pg_stat_user_tables where relid = %s::regclass"
    row = conn.execute(query, [f"flowc.{table}"]).fetchone()
    assert row is not None
    return Counter(all=row[0], in_place=row[1])


def test_dead_tasks_are_vacuumed_by_whoever_may(burst: psycopg.Connection) -> None:
    burst.execute("delete from flowc._live")
    queries.vacuum_live(burst)
    assert burst.execute("select count(*) from flowc._live").fetchone() == (0,)
    plan = burst.execute(
        "explain (analyze, buffers, format json) select * from flowc._live where bucket = 0"
    ).fetchone()
    assert plan is not None
    assert plan[0][0]["Plan"]["Shared Hit Blocks"] < 20


def test_the_role_of_workers_may_vacuum_live_tasks(burst: psycopg.Connection) -> None:
    told: list[str] = []
    burst.add_notice_handler(lambda notice: told.append(str(notice.message_primary)))
    burst.execute("set role flowc_worker")
    try:
        queries.vacuum_live(burst)
    finally:
        burst.execute("reset role")
    assert told == []
