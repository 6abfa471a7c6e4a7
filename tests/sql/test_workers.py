"""Which workers live, what they could take, and what is left lying: as the views tell it, by the engine's clock."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db import queries
from flowc.db.rows import Stalled, Untaken
from tests.conftest import Clock

FLOW = define(
    {
        "flow": "keen",
        "secrets": ["KEEN_TOKEN"],
        "steps": {
            "first": {"kind": "task", "handler": ["fetch", "parse"], "queue": "slow"},
            "second": {"kind": "task", "delay": 3_600_000},
        },
    }
)
ALIVE = timedelta(minutes=2)
LEASE = timedelta(seconds=30)

pytestmark = pytest.mark.each_postgres


@pytest.fixture
def run_id(db: psycopg.Connection, clock: Clock) -> str:
    """A run with a ready task, for which a worker must have two handlers, a queue and a secret, and a sleeping one."""
    clock.set("2030-01-01 00:00Z")
    db.execute(emit([FLOW], plain=True).encode())
    return queries.start_flow(db, "keen")


def sign_in(db: psycopg.Connection, name: str, handlers: str, queues: list[str] | None, secrets: str = "") -> None:
    queries.sign_in(db, 0, name, handlers.split(), queues, secrets.split(), ALIVE)


def untaken(db: psycopg.Connection) -> list[tuple[str, list[str], list[str], int, int]]:
    return [
        (one.step_slug, one.missing_handlers, one.missing_secrets, one.live_workers, one.workers_of_queue)
        for one in queries.untaken(db)
    ]


def test_a_ready_task_that_nobody_can_take_tells_what_is_missing(db: psycopg.Connection, run_id: str) -> None:
    [found] = queries.untaken(db)
    assert isinstance(found, Untaken)
    assert (found.run_id, found.flow_slug, found.queue) == (run_id, "keen", "slow")
    assert found.handlers == ["fetch", "parse"]
    assert untaken(db) == [("first", ["fetch", "parse"], ["KEEN_TOKEN"], 0, 0)]
    sign_in(db, "other queue", "fetch parse", ["default"], "KEEN_TOKEN")
    assert untaken(db) == [("first", ["fetch", "parse"], ["KEEN_TOKEN"], 1, 0)]
    sign_in(db, "no secret", "fetch parse", ["slow"])
    assert untaken(db) == [("first", [], ["KEEN_TOKEN"], 2, 1)]
    sign_in(db, "one handler", "fetch", None, "KEEN_TOKEN")
    assert untaken(db) == [("first", [], [], 3, 2)]
    sign_in(db, "able", "fetch parse more", None, "KEEN_TOKEN MORE")
    assert untaken(db) == []


def test_what_waits_for_a_worker_can_be_asked_for_from_a_time_on(
    db: psycopg.Connection, clock: Clock, run_id: str
) -> None:
    patience = timedelta(seconds=5)
    clock.advance("4 seconds")
    assert queries.untaken(db, [run_id], waited=patience) == []
    clock.advance("1 second")
    assert [row.step_slug for row in queries.untaken(db, [run_id], waited=patience)] == ["first"]


def test_a_worker_lives_until_it_signs_out_or_is_silent(db: psycopg.Connection, clock: Clock, run_id: str) -> None:
    sign_in(db, "able", "fetch parse", None, "KEEN_TOKEN")
    clock.advance("119 seconds")
    assert (queries.live_workers(db), untaken(db)) == (1, [])
    clock.advance("1 second")
    assert queries.live_workers(db) == 0
    assert [one[0] for one in untaken(db)] == ["first"]
    sign_in(db, "able", "fetch parse", None, "KEEN_TOKEN")
    assert untaken(db) == []
    queries.sign_out(db, 0, "able")
    assert queries.live_workers(db) == 0
    assert db.execute("select count(*) from flowc.workers").fetchone() == (0,)


def test_of_a_worker_s_secrets_only_names_that_flows_ask_for_are_kept(db: psycopg.Connection, run_id: str) -> None:
    sign_in(db, "able", "fetch", None, "HOME KEEN_TOKEN SHELL")
    assert db.execute("select secrets from flowc.workers").fetchone() == (["KEEN_TOKEN"],)


def test_an_attempt_is_kept_with_the_code_that_its_worker_ran_then(
    db: psycopg.Connection, clock: Clock, run_id: str
) -> None:
    for version in ("one", "one", "two"):
        queries.sign_in(db, 0, "w", ["fetch"], None, ["KEEN_TOKEN"], ALIVE, version)
        queries.sign_in(db, 0, "other", ["fetch"], None, [], ALIVE, "another's")
        [task] = queries.poll_for_tasks(db, 0, "w", ["fetch", "parse"], 1, LEASE, None, ["KEEN_TOKEN"])
        queries.fail_task(db, run_id, task.step_slug, None, task.attempt, "{}", retryable=True)
        clock.advance("10 minutes")
    errors = queries.task_errors(db, run_id)
    assert [(error.worker, error.code_version) for error in errors] == [("w", "one"), ("w", "one"), ("w", "two")]
    assert db.execute(
        "select worker_id, code_version from flowc._code_versions order by worker_id, since"
    ).fetchall() == [
        ("other", "another's"),
        ("w", "one"),
        ("w", "two"),
    ]


def test_what_code_a_worker_ran_is_known_as_long_as_a_run_is_that_it_may_have_worked_on(
    db: psycopg.Connection, clock: Clock, run_id: str
) -> None:
    def known() -> list[str]:
        rows = db.execute("select worker_id from flowc._code_versions order by 1").fetchall()
        return [worker_id for (worker_id,) in rows]

    clock.advance("1 hour")
    for name in ("gone", "here"):
        queries.sign_in(db, 0, name, ["fetch"], None, [], ALIVE, "v1")
    queries.sign_out(db, 0, "gone")
    clock.advance("40 days")
    queries.prune(db, timedelta(days=30))
    assert known() == ["gone", "here"]
    queries.cancel_run(db, run_id)
    clock.advance("40 days")
    queries.prune(db, timedelta(days=30))
    assert known() == ["here"]


def test_workers_that_went_silent_are_forgotten_by_the_next(db: psycopg.Connection, clock: Clock) -> None:
    clock.set("2030-01-01 00:00Z")
    sign_in(db, "gone", "fetch", None)
    clock.advance("1 day 3 minutes")
    sign_in(db, "new", "fetch", None)
    assert db.execute("select worker_id, alive from flowc.workers").fetchall() == [("new", True)]


def test_a_task_that_is_at_work_or_asleep_is_not_left_lying(db: psycopg.Connection, clock: Clock, run_id: str) -> None:
    assert queries.stalled(db) == []
    [task] = queries.poll_for_tasks(db, 0, "w", ["fetch", "parse"], 9, LEASE, None, ["KEEN_TOKEN"])
    assert (task.step_slug, queries.untaken(db)) == ("first", [])
    clock.advance("25 seconds")
    assert queries.stalled(db) == []


@pytest.mark.parametrize("reason", ["lease_over", "overdue"])
def test_a_run_that_nobody_polls_is_stalled(db: psycopg.Connection, clock: Clock, run_id: str, reason: str) -> None:
    began = clock.now()
    [task] = queries.poll_for_tasks(db, 0, "w", ["fetch", "parse"], 9, LEASE, None, ["KEEN_TOKEN"])
    if reason == "overdue":
        queries.complete_task(db, run_id, task.step_slug, None, task.attempt, "1")
    waited = timedelta(hours=1) if reason == "overdue" else LEASE
    clock.advance(f"{waited.total_seconds() + 60} seconds")
    assert queries.stalled(db) == []
    clock.advance("1 second")
    assert queries.stalled(db) == [Stalled(run_id, "keen", reason, began + waited)]


def test_a_task_that_is_ready_for_long_is_stalled_unless_its_run_is_at_work(
    db: psycopg.Connection, clock: Clock, run_id: str
) -> None:
    began = clock.now()
    clock.advance("299 seconds")
    assert queries.stalled(db) == []
    clock.advance("2 seconds")
    assert queries.stalled(db) == [Stalled(run_id, "keen", "ready", began)]
    queries.poll_for_tasks(db, 0, "w", ["fetch", "parse"], 9, LEASE, None, ["KEEN_TOKEN"])
    assert queries.stalled(db) == []
