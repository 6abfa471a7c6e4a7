"""Single calls at the edges: late words, foreign words, keys of two flows; what random play seldom comes upon."""

from __future__ import annotations

import json
from datetime import timedelta

import psycopg
import pytest

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db import queries
from flowc.db.deploy import deploy
from flowc.db.rows import Reply, Task
from tests.conftest import Clock

pytestmark = pytest.mark.each_postgres

LEASE = timedelta(seconds=30)


@pytest.fixture
def leased(db: psycopg.Connection, clock: Clock) -> Task:
    """A task that was leased in the flow ``one``, which has a twin, ``other``."""
    for slug in ("one", "other"):
        deploy(db, emit([define({"flow": slug, "steps": {"a": {"kind": "task"}}})], plain=True))
    clock.set("2030-01-01 00:00Z")
    queries.start_flow(db, "one", run_key="key")
    [task] = queries.poll_for_tasks(db, 0, "w", ["a"], 10, LEASE)
    return task


def settle(db: psycopg.Connection, task: Task, tail: list[object]) -> list[Reply]:
    results = json.dumps([[task.run_id, task.step_slug, task.task_index, task.attempt, *tail]])
    return queries.settle_and_poll(db, 0, results, "w", ["a"], 10, LEASE)


def status(db: psycopg.Connection, run_id: str) -> str:
    run = queries.run(db, run_id)
    assert run is not None
    return run.status


def test_a_result_that_comes_after_its_lease_and_before_its_expiry_is_counted(
    db: psycopg.Connection, clock: Clock, leased: Task
) -> None:
    clock.advance("1 minute")
    assert settle(db, leased, ["ok", 1]) == []
    assert status(db, leased.run_id) == "completed"
    assert queries.task_errors(db, leased.run_id) == []


def test_a_failure_that_comes_after_its_lease_is_the_handlers(
    db: psycopg.Connection, clock: Clock, leased: Task
) -> None:
    clock.advance("1 minute")
    assert settle(db, leased, ["failed", {"class": "ValueError"}, True, None]) == []
    [error] = queries.task_errors(db, leased.run_id)
    assert error.class_ == "ValueError"


def test_one_worker_does_not_extend_anothers_lease(db: psycopg.Connection, leased: Task) -> None:
    place = [leased.run_id], [leased.step_slug], [leased.task_index], [leased.attempt]
    assert queries.extend_leases(db, 0, "another", *place, LEASE) == ["stale"]
    assert queries.extend_leases(db, 0, "w", *place, LEASE) == ["ok"]


def test_a_lease_is_not_extended_beyond_the_timeout_and_one_lease(
    db: psycopg.Connection, clock: Clock, leased: Task
) -> None:
    place = [leased.run_id], [leased.step_slug], [leased.task_index], [leased.attempt]
    for _ in range(6):
        queries.extend_leases(db, 0, "w", *place, LEASE)
        clock.advance("20 seconds")
    [task] = queries.step_tasks(db, leased.run_id)
    assert task.lease_expires_at == leased.deadline == leased.started_at + timedelta(seconds=60) + LEASE
    assert queries.expire_leases(db, 0) == 1
    [error] = queries.task_errors(db, leased.run_id)
    assert error.class_ == "Timeout"


def test_a_task_is_released_once(db: psycopg.Connection, leased: Task) -> None:
    place = [leased.run_id], [leased.step_slug], [leased.task_index], [leased.attempt]
    assert queries.release_tasks(db, *place) == ["ok"]
    assert queries.release_tasks(db, *place) == ["stale"]
    assert queries.extend_leases(db, 0, "w", *place, LEASE) == ["stale"]
    assert queries.complete_task(db, leased.run_id, "a", None, leased.attempt, "1") == "stale"


def test_an_output_of_sql_null_is_the_null_of_json(db: psycopg.Connection, leased: Task) -> None:
    query = "select flowc.complete_task(%s, 'a', null, 1, null)"
    assert db.execute(query, [leased.run_id]).fetchone() == ("ok",)
    assert db.execute("select output::text from flowc.step_states").fetchone() == ("null",)


def test_a_key_belongs_to_its_flow(db: psycopg.Connection, leased: Task) -> None:
    assert queries.start_flow(db, "one", run_key="key") == leased.run_id
    other = queries.start_flow(db, "other", run_key="key")
    assert other != leased.run_id
    run = queries.run(db, other)
    assert run is not None
    assert run.flow_slug == "other"


def test_a_key_said_twice_in_one_call_starts_one_run(db: psycopg.Connection, leased: Task) -> None:
    first, second = queries.start_flows(db, "other", ['{"n": 1}', '{"n": 2}'], ["twin", "twin"])
    assert first == second
    [run] = queries.runs(db, "other")
    assert run.input == '{"n": 1}'


def test_a_task_said_twice_in_one_call_is_counted_once(db: psycopg.Connection, leased: Task) -> None:
    place = [leased.run_id] * 2, ["a"] * 2, [None] * 2, [1] * 2
    assert sorted(queries.complete_tasks(db, *place, ["1", "2"])) == ["already", "ok"]


def test_expiry_spends_the_attempts(db: psycopg.Connection, clock: Clock, leased: Task) -> None:
    for expected in (1, 2):
        clock.advance("1 minute")
        assert queries.expire_leases(db, 0) == 1
        assert status(db, leased.run_id) == "started"
        clock.advance("10 minutes")
        [task] = queries.poll_for_tasks(db, 0, "w", ["a"], 10, LEASE)
        assert (task.attempt, task.failures) == (expected + 1, expected)
    clock.advance("1 minute")
    assert queries.expire_leases(db, 0) == 1
    assert status(db, leased.run_id) == "failed"
    assert queries.invariants(db) == []


def test_nothing_expires_before_its_time(db: psycopg.Connection, clock: Clock, leased: Task) -> None:
    clock.advance("29 seconds")
    assert queries.expire_leases(db, 0) == 0
    clock.advance("1 second")
    assert queries.expire_leases(db, 0) == 1


def test_words_about_runs_that_are_unknown_are_answered(db: psycopg.Connection, leased: Task) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    assert queries.complete_task(db, nobody, "a", None, 1, "1") == "run_closed"
    assert queries.complete_task(db, leased.run_id, "nothing", None, 1, "1") == "stale"
    assert queries.complete_task(db, leased.run_id, "a", 0, 1, "1") == "stale"
    assert queries.complete_task(db, leased.run_id, "a", None, 0, "1") == "stale"
    for call in ("cancel_run", "retry_run"):
        with pytest.raises(psycopg.Error) as caught:
            db.execute(f"select flowc.{call}(%s)", [nobody])  # type: ignore[arg-type]
        assert caught.value.sqlstate == "FC004"
