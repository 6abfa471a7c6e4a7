"""What a stranger may say to the functions: refused with a word of ours, or answered, and nothing is broken by it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import LiteralString

import psycopg
import pytest

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db import queries
from flowc.db.connect import connect
from flowc.db.deploy import deploy
from tests.conftest import TEMPLATE

ONE: LiteralString = "array['{run}']::uuid[], '{{a}}', '{{null}}', '{{1}}'"
NOBODY = "00000000-0000-4000-8000-000000000000"

REFUSED: list[tuple[LiteralString, str]] = [
    ("start_flow(null)", "FC001"),
    ("start_flow('nothing')", "FC001"),
    ("start_flow('one', priority => null)", "FC006"),
    ("start_flow('one', priority => 1000001)", "FC006"),
    ("start_flows('one', array['{{}}', '{{}}']::jsonb[], '{{k}}')", "FC006"),
    ("start_flows('one', array['{{}}']::jsonb[], '{{}}')", "FC006"),
    ("extend_leases(0, 'w', " + ONE + ", null)", "FC006"),
    ("extend_leases(0, 'w', " + ONE + ", '0 s')", "FC006"),
    ("extend_leases(0, 'w', " + ONE + ", '-1 s')", "FC006"),
    ("extend_leases(0, null, " + ONE + ", '30 s')", "FC006"),
    ("extend_leases(0, 'w', array['{run}']::uuid[], '{{}}', '{{null}}', '{{1}}', '30 s')", "FC006"),
    ("extend_leases(0, 'w', null, null, null, null, '30 s')", "FC006"),
    ("release_tasks(array['{run}']::uuid[], '{{a,a}}', '{{null}}', '{{1}}')", "FC006"),
    ("release_tasks(null, null, null, null)", "FC006"),
    ("poll_for_tasks(0, 'w', '{{a}}', 1, null)", "FC006"),
    ("poll_for_tasks(0, 'w', '{{a}}', 1, '0 s')", "FC006"),
    ("poll_for_tasks(0, null, '{{a}}', 1, '30 s')", "FC006"),
    ("complete_tasks(array['{run}']::uuid[], '{{}}', '{{null}}', '{{1}}', '{{1}}')", "FC006"),
    ("settle_and_poll(0, '[[\"{run}\", \"a\", null, 1, \"done\", 1]]', 'w', '{{}}', 0, '30 s')", "FC006"),
    ("cancel_run(null)", "FC004"),
    ("cancel_run('" + NOBODY + "')", "FC004"),
    ("retry_run(null)", "FC004"),
    ("retire_flow(null)", "FC001"),
    ("delete_flow(null)", "FC001"),
    ("assert_deployed(null, null)", "FC001"),
    ("assert_deployed('one', null)", "FC002"),
]  # fmt: skip

ANSWERED: list[tuple[LiteralString, object]] = [
    ("poll_for_tasks(0, 'w', '{{a}}', 0, '30 s')", None),
    ("poll_for_tasks(0, 'w', '{{a}}', -1, '30 s')", None),
    ("poll_for_tasks(0, 'w', '{{a}}', null, '30 s')", None),
    ("poll_for_tasks(7, 'w', '{{a}}', 10, '30 s')", None),
    ("poll_for_tasks(null, 'w', '{{a}}', 10, '30 s')", None),
    ("poll_for_tasks(0, 'w', null, 10, '30 s')", None),
    ("complete_task('" + NOBODY + "', 'a', null, 1, '1')", "run_closed"),
    ("complete_task(null, null, null, null, null)", "run_closed"),
    ("complete_task('{run}', null, null, 1, '1')", "stale"),
    ("complete_task('{run}', 'a', null, null, '1')", "stale"),
    ("complete_task('{run}', 'a', 7, 1, '1')", "stale"),
    ("complete_task('{run}', 'a', null, 1000000, '1')", "stale"),
    ("complete_tasks('{{}}', '{{}}', '{{}}', '{{}}', '{{}}')", []),
    ("fail_tasks('{{}}', '{{}}', '{{}}', '{{}}', '{{}}')", []),
    ("extend_leases(0, 'w', '{{}}', '{{}}', '{{}}', '{{}}', '30 s')", []),
    ("release_tasks('{{}}', '{{}}', '{{}}', '{{}}')", []),
    ("expire_leases(null)", 0),
    ("expire_leases(7)", 0),
    ("prune(null)", 0),
    ("get_flow(null)", None),
    ("next_due(null)", None),
    ("missing_secrets(null, null)", None),
]  # fmt: skip


@pytest.fixture(scope="module")
def shared(servers: object) -> Iterator[psycopg.Connection]:
    """A database with a flow of one step."""
    with servers(18).database(TEMPLATE) as url, connect(url) as conn:  # type: ignore[operator]
        deploy(conn, emit([define({"flow": "one", "steps": {"a": {"kind": "task"}}})], plain=True))
        yield conn


@pytest.fixture
def run(shared: psycopg.Connection) -> Iterator[str]:
    """A run whose task is leased; afterwards it stands as it did."""
    run_id = queries.start_flow(shared, "one")
    [task] = queries.poll_for_tasks(shared, 0, "w", ["a"], 1, timedelta(seconds=30))
    before = queries.step_tasks(shared, run_id)
    yield run_id
    assert queries.step_tasks(shared, run_id) == before
    assert queries.invariants(shared) == []
    assert queries.complete_task(shared, run_id, "a", None, task.attempt, "1") == "ok"


@pytest.mark.parametrize(("call", "state"), REFUSED)
def test_a_call_that_cannot_be_meant_is_refused_with_a_word(
    shared: psycopg.Connection, run: str, call: LiteralString, state: str
) -> None:
    with pytest.raises(psycopg.Error) as caught:
        shared.execute(f"select flowc.{call.format(run=run)}")
    assert caught.value.sqlstate == state


@pytest.mark.parametrize(("call", "answer"), ANSWERED)
def test_a_call_about_nothing_is_answered(
    shared: psycopg.Connection, run: str, call: LiteralString, answer: object
) -> None:
    row = shared.execute(f"select flowc.{call.format(run=run)}").fetchone()
    assert (None if row is None else row[0]) == answer


@pytest.mark.parametrize("moment", ["infinity", "-infinity", "294276-12-31", "4000-01-01 BC"])
def test_a_retry_at_a_moment_of_no_calendar_waits_as_the_step_says(shared: psycopg.Connection, moment: str) -> None:
    run_id = queries.start_flow(shared, "one")
    [task] = queries.poll_for_tasks(shared, 0, "w", ["a"], 1, timedelta(seconds=30))
    query = "select flowc.fail_task(%s, 'a', null, %s, '{}', true, %s)"
    assert shared.execute(query, [run_id, task.attempt, moment]).fetchone() == ("ok",)
    [waiting] = queries.step_tasks(shared, run_id)
    assert waiting.visible_at is not None
    assert timedelta(0) < waiting.visible_at - queries.now(shared) < timedelta(seconds=2)
    queries.cancel_run(shared, run_id)


@pytest.mark.parametrize("error", ["null", "5", '"text"', "[]", '{"class": 5, "message": null}'])
def test_an_error_of_any_shape_is_kept(shared: psycopg.Connection, error: str) -> None:
    run_id = queries.start_flow(shared, "one")
    [task] = queries.poll_for_tasks(shared, 0, "w", ["a"], 1, timedelta(seconds=30))
    assert queries.fail_task(shared, run_id, "a", None, task.attempt, error, retryable=False) == "ok"
    [kept] = queries.task_errors(shared, run_id)
    found = queries.run(shared, run_id)
    assert found is not None
    assert (found.status, found.error, kept.error) == ("failed", error, error)


def test_attempts_beyond_a_million_wait_no_longer_than_the_longest_wait(shared: psycopg.Connection) -> None:
    run_id = queries.start_flow(shared, "one")
    change = "update flowc._live set attempt = 1999999, failures = 30000, max_attempts = 2147483647 where run_id = %s"
    shared.execute(change, [run_id])
    [task] = queries.poll_for_tasks(shared, 0, "w", ["a"], 1, timedelta(seconds=30))
    assert (task.attempt, task.failures) == (2_000_000, 30_000)
    assert queries.fail_task(shared, run_id, "a", None, task.attempt, "{}") == "ok"
    [waiting] = queries.step_tasks(shared, run_id)
    assert waiting.visible_at is not None
    assert timedelta(minutes=4) < waiting.visible_at - queries.now(shared) < timedelta(minutes=6)
    queries.cancel_run(shared, run_id)
