"""The next step of a run goes to the worker that completed the one before, where no poll would have chosen another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db import queries
from flowc.db.deploy import deploy
from flowc.db.rows import Reply
from tests.conftest import Clock

pytestmark = pytest.mark.each_postgres

LEASE = timedelta(seconds=30)
CHAIN = {
    "a": {"kind": "task"},
    "b": {"kind": "task", "depends_on": ["a"]},
    "c": {"kind": "task", "depends_on": ["b"]},
}
HANDLERS = ["a", "b", "c", "other"]


@pytest.fixture(autouse=True)
def chain(db: psycopg.Connection) -> None:
    deploy_flow(db, "chain", CHAIN)


def deploy_flow(db: psycopg.Connection, slug: str, steps: dict[str, Any]) -> None:
    deploy(db, emit([define({"flow": slug, "steps": steps})], plain=True))


def lease(db: psycopg.Connection, most: int = 10) -> list[Reply]:
    return settle(db, [], most)


def settle(
    db: psycopg.Connection,
    results: Sequence[Sequence[Any]],
    most: int = 10,
    handlers: Sequence[str] = HANDLERS,
    queues: Sequence[str] | None = None,
) -> list[Reply]:
    """Settle and poll; the tasks that were leased, and the answers to what was not counted."""
    return queries.settle_and_poll(db, 0, json.dumps(results), "w", handlers, most, LEASE, queues)


def ok(reply: Reply, output: Any = 1) -> list[Any]:
    return [reply.run_id, reply.step_slug, reply.task_index, reply.attempt, "ok", output]


def said(replies: Sequence[Reply]) -> list[tuple[str | None, str, int]]:
    return [(reply.answer, reply.step_slug, reply.attempt) for reply in replies]


def writes(db: psycopg.Connection) -> tuple[int, int, int]:
    """How many rows of live tasks were inserted, changed and deleted so far."""
    db.execute("select pg_stat_force_next_flush()")
    row = db.execute(
        "select n_tup_ins, n_tup_upd, n_tup_del from pg_stat_user_tables where relid = 'flowc._live'::regclass"
    ).fetchone()
    assert row is not None
    return row


def waiting(db: psycopg.Connection) -> list[tuple[str, int]]:
    """The open tasks that nobody has, with their attempts."""
    rows = db.execute("select step_slug, attempt from flowc.step_tasks where status = 'queued' order by 1")
    return [(row[0], row[1]) for row in rows]


def test_the_steps_of_a_chain_pass_through_one_row(db: psycopg.Connection) -> None:
    queries.start_flow(db, "chain")
    before = writes(db)
    [task] = lease(db)
    for step, seen in (("b", {"a": "of a"}), ("c", {"b": "of b"})):
        [task] = settle(db, [ok(task, f"of {task.step_slug}")])
        assert (task.step_slug, task.attempt, task.failures) == (step, 1, 0)
        assert json.loads(task.inputs or "") == seen
    assert settle(db, [ok(task)]) == []
    inserted, changed, deleted = (after - then for after, then in zip(writes(db), before, strict=True))
    assert (inserted, changed, deleted) == (0, 3, 1)
    assert [run.status for run in queries.runs(db)] == ["completed"]


def test_a_step_that_is_handed_over_begins_anew(db: psycopg.Connection, clock: Clock) -> None:
    run_id = queries.start_flow(db, "chain")
    [task] = lease(db)
    settle(db, [[*ok(task)[:4], "failed", {"class": "No"}, True, None]])
    clock.advance("10 seconds")
    [again] = lease(db)
    assert (again.attempt, again.failures) == (2, 1)
    [following] = settle(db, [ok(again)])
    assert (following.step_slug, following.attempt, following.failures) == ("b", 1, 0)
    told = db.execute(
        "select step_slug, attempt, failures, status, lease_expires_at - started_at from flowc.step_tasks"
        " where run_id = %s order by 1",
        [run_id],
    ).fetchall()
    assert told == [("a", 2, 1, "completed", None), ("b", 1, 0, "started", LEASE)]


def test_a_more_urgent_task_comes_first(db: psycopg.Connection) -> None:
    deploy_flow(db, "urgent", {"other": {"kind": "task", "priority": 5}})
    queries.start_flow(db, "chain")
    [task] = lease(db)
    queries.start_flow(db, "urgent")
    assert said(settle(db, [ok(task)], 1)) == [(None, "other", 1)]
    assert waiting(db) == [("b", 0)]


def test_a_run_that_is_more_urgent_by_itself_comes_first(db: psycopg.Connection) -> None:
    queries.start_flow(db, "chain")
    [task] = lease(db)
    urgent = queries.start_flow(db, "chain", priority=1)
    [next_one] = settle(db, [ok(task)], 1)
    assert (next_one.run_id, next_one.step_slug) == (urgent, "a")


def test_a_step_that_another_result_makes_ready_comes_first_if_it_is_more_urgent(db: psycopg.Connection) -> None:
    urgent = {"kind": "task", "priority": 5, "depends_on": ["other"]}
    deploy_flow(db, "mixed", {**CHAIN, "other": {"kind": "task"}, "soon": urgent, "sooner": urgent})
    queries.start_flows(db, "mixed", ["{}"] * 2)
    tasks = lease(db)
    of_two = [next(task for task in tasks if task.step_slug == slug) for slug in ("a", "other")]
    results = [ok(of_two[0]), ok(next(t for t in tasks if t.step_slug == "other" and t.run_id != of_two[0].run_id))]
    polled = settle(db, results, 2, [*HANDLERS, "soon", "sooner"])
    assert sorted(task.step_slug for task in polled) == ["soon", "sooner"]


def test_another_flow_gets_its_turn_among_the_steps_of_many_runs(db: psycopg.Connection) -> None:
    deploy_flow(db, "single", {"other": {"kind": "task"}})
    queries.start_flows(db, "chain", ["{}"] * 50)
    tasks = lease(db, 50)
    queries.start_flow(db, "single")
    assert "other" in [task.step_slug for task in settle(db, [ok(task) for task in tasks], 50)]


def test_a_worker_is_handed_no_more_than_it_has_room_for(db: psycopg.Connection) -> None:
    queries.start_flows(db, "chain", ["{}"] * 3)
    tasks = lease(db)
    assert len(settle(db, [ok(task) for task in tasks], 2)) == 2
    assert waiting(db) == [("b", 0)]


@pytest.mark.parametrize("terms", [{"handlers": ["a"]}, {"queues": ["slow"]}, {"most": 0}])
def test_a_worker_is_not_handed_what_it_would_not_poll(db: psycopg.Connection, terms: dict[str, Any]) -> None:
    queries.start_flow(db, "chain")
    [task] = lease(db)
    assert settle(db, [ok(task)], **terms) == []
    assert waiting(db) == [("b", 0)]


def test_a_step_of_another_queue_is_not_handed_over(db: psycopg.Connection) -> None:
    deploy_flow(db, "queued", {"a": {"kind": "task"}, "b": {"kind": "task", "queue": "slow", "depends_on": ["a"]}})
    queries.start_flow(db, "queued")
    [task] = lease(db)
    assert settle(db, [ok(task)], queues=["default"]) == []
    assert waiting(db) == [("b", 0)]


@pytest.mark.parametrize("order", [1, -1])
def test_nothing_is_handed_over_in_a_run_that_another_result_fails(db: psycopg.Connection, order: int) -> None:
    once = {"max_attempts": 1, "base_delay": 1000}
    deploy_flow(db, "two", {**CHAIN, "other": {"kind": "task", "retry": once}})
    run_id = queries.start_flow(db, "two")
    first, other = sorted(lease(db), key=lambda task: task.step_slug)
    assert settle(db, [ok(first), [*ok(other)[:4], "failed", {"class": "No"}, True, None]][::order]) == []
    told = db.execute("select step_slug, status, attempt from flowc.step_tasks where run_id = %s order by 1", [run_id])
    assert told.fetchall() == [("a", "completed", 1), ("other", "failed", 1)]


def test_a_word_about_the_step_that_is_handed_over_in_the_same_call_is_stale(db: psycopg.Connection) -> None:
    """Nobody had been leased it: who speaks of its first attempt guesses."""
    queries.start_flow(db, "chain")
    [task] = lease(db)
    replies = settle(db, [ok(task), [task.run_id, "b", None, 1, "ok", "guessed"]])
    assert said(replies) == [("stale", "b", 1), (None, "b", 1)]


def test_a_result_that_comes_again_after_the_step_was_handed_over_is_already_there(db: psycopg.Connection) -> None:
    queries.start_flow(db, "chain")
    [task] = lease(db)
    settle(db, [ok(task)])
    assert said(settle(db, [ok(task, 2)])) == [("already", "a", 1)]


def test_a_step_that_is_handed_over_has_the_blobs_that_it_may_see(db: psycopg.Connection) -> None:
    queries.start_flow(db, "chain")
    [task] = lease(db)
    mark = [{"path": [], "blob_id": queries.put_blob(db, b"abc", "text/plain"), "size": 3, "media_type": "text/plain"}]
    [following] = settle(db, [[*ok(task, None), None, None, mark]])
    assert json.loads(following.blobs or "") == {"a": mark}
