"""The Python functions say to SQL what their arguments mean, and give back what it answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from flowc.compiler.emit import emit
from flowc.compiler.pipeline import compile_file
from flowc.db import queries
from flowc.db.deploy import deploy
from flowc.db.rows import Task

_LEASE = timedelta(minutes=1)
_FLOW = b"""
flow: shop
input: {type: object}
steps:
  price: {retry: {max_attempts: 2, base_delay: 1s, jitter: 0}}
  parts: {map: $price.parts, handler: part}
"""


@pytest.fixture
def shop(db: psycopg.Connection, clock) -> psycopg.Connection:
    """A database with the flow `shop`, at the beginning of 2030."""
    definition = compile_file(Path("shop.yaml"), None, _FLOW).definition
    assert definition is not None
    deploy(db, emit([definition], plain=True))
    clock.set("2030-01-01 00:00Z")
    return db


def _poll(conn: psycopg.Connection, *handlers: str, most: int = 10) -> list[Task]:
    return queries.poll_for_tasks(conn, 0, "w1", handlers, most, _LEASE)


def test_a_run_from_start_to_end(shop: psycopg.Connection) -> None:
    run_id = queries.start_flow(shop, "shop", b'{"what": "\xc3\xa4"}', "key-1", 3, True)
    assert queries.start_flow(shop, "shop", "{}", "key-1") == run_id

    [task] = _poll(shop, "price", "part")
    now = datetime(2030, 1, 1, tzinfo=UTC)
    assert (task.run_id, task.flow_slug, task.step_slug, task.task_index) == (run_id, "shop", "price", None)
    assert (task.attempt, task.failures, task.check_input) == (1, 0, False)
    assert (task.started_at, task.lease_expires_at) == (now, now + _LEASE)
    assert task.run_input == '{"what": "ä"}'

    done = f'[["{run_id}", "price", null, 1, "ok", {{"parts": [7, 8]}}]]'
    first, second = queries.settle_and_poll(shop, 0, done, "w1", ["price", "part"], 10, _LEASE)
    assert [first.task.item, second.task.item] == ["7", "8"]
    assert (first.answer, first.task.task_index, second.task.task_index) == (None, 0, 1)
    [late] = queries.settle_and_poll(shop, 0, done.encode(), "w1", ["price"], 1, _LEASE)
    assert (late.answer, late.run_id, late.step_slug, late.attempt) == ("already", run_id, "price", 1)

    keys = ([run_id] * 2, ["parts"] * 2, [0, 1], [1, 1])
    assert queries.extend_leases(shop, 0, "w1", *keys, timedelta(seconds=30)) == ["ok", "ok"]
    assert queries.complete_tasks(shop, *keys, ['"seven"', b'"eight"']) == ["ok", "ok"]
    run = queries.run(shop, run_id)
    assert run is not None
    assert (run.status, run.output, run.run_key, run.priority) == (
        "completed",
        '{"parts": ["seven", "eight"]}',
        "key-1",
        3,
    )
    states = [(state.step_slug, state.kind, state.status) for state in queries.step_states(shop, run_id)]
    assert states == [("parts", "map", "completed"), ("price", "task", "completed")]
    tasks = [(task.step_slug, task.task_index, task.status, task.output) for task in queries.step_tasks(shop, run_id)]
    assert tasks == [
        ("parts", 0, "completed", '"seven"'),
        ("parts", 1, "completed", '"eight"'),
        ("price", None, "completed", '{"parts": [7, 8]}'),
    ]


def test_failures_are_retried_at_the_time_asked_for_and_then_fail_the_run(shop: psycopg.Connection, clock) -> None:
    run_id = queries.start_flow(shop, "shop")
    [task] = _poll(shop, "price")
    error = '{"class": "ValueError", "message": "no", "traceback": "..."}'
    assert (
        queries.fail_task(shop, run_id, "price", None, task.attempt, error, retry_at=datetime(2030, 1, 2, tzinfo=UTC))
        == "ok"
    )
    assert queries.next_due(shop, 0) == datetime(2030, 1, 2, tzinfo=UTC)
    clock.set("2030-01-02 00:00Z")
    [task] = _poll(shop, "price")
    assert (task.attempt, task.failures) == (2, 1)
    assert queries.fail_tasks(shop, [run_id], ["price"], [None], [2], [error.encode()]) == ["ok"]
    assert queries.fail_tasks(shop, [run_id], ["price"], [None], [2], [error], [False], [None]) == ["already"]

    run = queries.run(shop, run_id)
    assert run is not None
    assert (run.status, run.failed_step) == ("failed", "price")
    first, last = queries.task_errors(shop, run_id)
    assert (first.class_, first.message, first.terminal, last.terminal) == ("ValueError", "no", False, True)
    assert queries.retry_run(shop, run_id) == "started"


def test_runs_are_listed_latest_first_and_by_flow_and_status(shop: psycopg.Connection, clock) -> None:
    first, second = queries.start_flows(shop, "shop", ['{"n": 1}', b'{"n": 2}'], ["a", "b"])
    clock.advance("1 second")
    third = queries.start_flow(shop, "shop")
    assert queries.cancel_run(shop, second, "not wanted") == "cancelled"
    assert [run.run_id for run in queries.runs(shop, "shop", limit=1)] == [third]
    assert [run.run_id for run in queries.runs(shop, status="cancelled")] == [second]
    assert {run.run_id for run in queries.runs(shop)} == {first, second, third}
    assert queries.runs(shop, "other") == []
    assert queries.run(shop, "00000000-0000-0000-0000-000000000000") is None
    clock.advance("31 days")
    assert queries.prune(shop) == 1
    assert queries.run(shop, second) is None


def test_tasks_come_back_when_released_or_expired(shop: psycopg.Connection, clock) -> None:
    run_id = queries.start_flow(shop, "shop")
    assert _poll(shop, "part") == []
    assert queries.poll_for_tasks(shop, 0, "w1", ["price"], 1, _LEASE, queues=["other"]) == []
    [task] = _poll(shop, "price")
    assert queries.release_tasks(shop, [run_id], ["price"], [None], [task.attempt]) == ["ok"]
    [task] = _poll(shop, "price")
    assert (task.attempt, task.failures) == (2, 0)
    clock.advance("2 minutes")
    assert queries.expire_leases(shop, 0) == 1
    assert queries.complete_task(shop, run_id, "price", None, task.attempt, "null") == "stale"


def test_what_the_database_knows_of_itself(shop: psycopg.Connection, clock) -> None:
    definition = queries.get_flow(shop, "shop")
    assert definition is not None
    assert definition.startswith('{"flow":"shop"')
    assert queries.get_flow(shop, "other") is None
    assert queries.buckets(shop) == 1
    assert queries.now(shop) == datetime(2030, 1, 1, tzinfo=UTC)
    assert queries.next_due(shop, 0) is None
    run_id = queries.start_flow(shop, "shop", '{"what": 1}')
    assert queries.get_inputs(shop, run_id, "price") == ('{"what": 1}', "{}", None)
    assert queries.get_inputs(shop, "00000000-0000-0000-0000-000000000000", "price") is None
    queries.sleep(shop, 0, "w1", queries.now(shop) + timedelta(seconds=9))


def test_json_that_python_cannot_read_passes_as_text(shop: psycopg.Connection) -> None:
    deep, long = "[" * 5000 + "]" * 5000, "9" * 5000
    run_id = queries.start_flow(shop, "shop", f'{{"deep": {deep}, "long": {long}}}')
    [task] = _poll(shop, "price")
    assert task.run_input is not None
    assert long in task.run_input
    run = queries.run(shop, run_id)
    assert run is not None
    assert deep in run.input


def test_an_attempt_past_its_timeout_says_how_long_that_was(shop: psycopg.Connection, clock) -> None:
    run_id = queries.start_flow(shop, "shop")
    _poll(shop, "price")
    clock.advance("1 hour")
    assert queries.expire_leases(shop, 0) == 1
    [error] = queries.task_errors(shop, run_id)
    assert (error.class_, error.message) == ("Timeout", "the attempt ran past its timeout of 60 s")
