"""``flowc show``: one look tells what became of a run, why, what it waits for, and how to mend it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db import queries
from flowc.db.rows import Task
from tests.cli.conftest import Flowc
from tests.conftest import Clock

LEASE = timedelta(minutes=1)
PAGE: dict[str, Any] = {
    "flow": "page",
    "steps": {
        "website": {"kind": "task", "retry": {"base_delay": 1000, "jitter": 0}},
        "good": {"kind": "branch", "run_if": [{"website": {"status": 200}}]},
        "summary": {"kind": "task", "branch": "good", "depends_on": ["website"]},
        "store": {"kind": "task", "depends_on": ["summary"]},
        "notify": {"kind": "task", "run_unless": [{"website": {"status": 200}}]},
    },
}


class Shop:
    """A database with one flow, worked on by hand."""

    def __init__(self, conn: psycopg.Connection, body: dict[str, Any]) -> None:
        self.conn = conn
        conn.execute(emit([define(body)], plain=True).encode())
        self.handlers = list(body["steps"])

    def start(self, slug: str) -> str:
        return queries.start_flow(self.conn, slug)

    def poll(self) -> list[Task]:
        return queries.poll_for_tasks(self.conn, 0, "w", self.handlers, 1000, LEASE)

    def complete(self, task: Task, output: Any) -> None:
        answer = queries.complete_task(
            self.conn, task.run_id, task.step_slug, task.task_index, task.attempt, json.dumps(output)
        )
        assert answer == "ok"

    def fail(self, task: Task, *, retryable: bool) -> None:
        error = {"class": "ValueError", "message": "no luck", "traceback": "Traceback …\n  raise ValueError"}
        key = (task.run_id, task.step_slug, task.task_index, task.attempt)
        assert queries.fail_task(self.conn, *key, json.dumps(error), retryable) == "ok"


@pytest.fixture
def page(db: psycopg.Connection, clock: Clock) -> Shop:
    clock.set("2030-01-01 00:00Z")
    return Shop(db, PAGE)


def shown(flowc: Flowc, dsn: str, *arguments: str) -> str:
    result = flowc("show", *arguments, "--db", dsn, TZ="UTC")
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_why_steps_were_skipped_is_told_with_the_value_that_decided(flowc: Flowc, dsn: str, page: Shop) -> None:
    run_id = page.start("page")
    page.fail(page.poll()[0], retryable=True)
    page.conn.execute("update public.test_clock set at = at + interval '1 minute'")
    page.complete(page.poll()[0], {"status": 404})
    text = shown(flowc, dsn, run_id)
    assert '✓ website  completed  2 attempts, 0.00 s → {"status": 404}\n' in text
    assert "- good  skipped  `run_if` was not met: website.status was 404\n" in text
    assert "- summary  skipped  its branch `good` was not taken\n" in text
    assert "- store  skipped  `summary` was skipped\n" in text
    assert "▸ notify  started  ready since 2030-01-01 00:01:00+00:00: no worker is alive that has `notify`\n" in text
    assert "\nwebsite, attempt 1: ValueError: no luck\n  Traceback …\n    raise ValueError\n" in text
    assert "flowc doctor --db " in text


def test_what_a_run_waits_for_is_told_with_until_when(flowc: Flowc, dsn: str, page: Shop) -> None:
    run_id = page.start("page")
    [task] = page.poll()
    text = shown(flowc, dsn, run_id)
    assert "▸ website  started  " in text
    assert "at work in w, leased until 2030-01-01 00:01:00+00:00\n" in text
    assert "· notify  created  waits for `website`\n" in text
    assert f"\nflowc watch {run_id} --db " in text
    page.fail(task, retryable=True)
    assert "waiting for attempt 2 until 2030-01-01 00:00:01+00:00" in shown(flowc, dsn, run_id)


def test_a_failed_run_tells_the_command_that_mends_it(flowc: Flowc, dsn: str, page: Shop) -> None:
    run_id = page.start("page")
    page.fail(page.poll()[0], retryable=False)
    text = shown(flowc, dsn, run_id)
    assert "✗ website  failed  0.00 s: ValueError: no luck\n" in text
    assert text.endswith(f"\nflowc retry {run_id} --db '{dsn}' runs what did not complete again\n")


def test_a_failed_step_tells_its_attempts_and_how_long_it_took(
    flowc: Flowc, dsn: str, page: Shop, clock: Clock
) -> None:
    run_id = page.start("page")
    page.fail(page.poll()[0], retryable=True)
    clock.set("2030-01-01 00:01Z")
    [second] = page.poll()
    clock.set("2030-01-01 00:01:05Z")
    page.fail(second, retryable=False)
    assert "✗ website  failed  2 attempts, 5.0 s: ValueError: no luck\n" in shown(flowc, dsn, run_id)


def test_a_cancelled_run_tells_the_reason(flowc: Flowc, dsn: str, page: Shop) -> None:
    run_id = page.start("page")
    assert flowc("cancel", run_id, "--reason", "wrong\x1b[2J input", "--db", dsn).returncode == 0
    assert "\nreason  wrong [2J input\n" in shown(flowc, dsn, run_id)


def test_a_run_tells_when_it_began_and_ended_and_its_key(flowc: Flowc, dsn: str, page: Shop, clock: Clock) -> None:
    run_id = queries.start_flow(page.conn, "page", run_key="order 4711")
    assert "\n\nbegan   2030-01-01 00:00:00+00:00\nkey     order 4711\ninput   {}\n" in shown(flowc, dsn, run_id)
    clock.set("2030-01-01 00:01:05Z")
    page.fail(page.poll()[0], retryable=False)
    began_and_ended = "began   2030-01-01 00:00:00+00:00\nended   2030-01-01 00:01:05+00:00\nkey     order 4711\n"
    assert began_and_ended in shown(flowc, dsn, run_id)


def test_one_step_is_shown_whole(flowc: Flowc, dsn: str, page: Shop) -> None:
    run_id = page.start("page")
    page.complete(page.poll()[0], {"status": 200, "text": "x" * 500})
    assert f'"text": "{"x" * 500}"' not in shown(flowc, dsn, run_id)
    text = shown(flowc, dsn, run_id, "website")
    assert f"page.website  {run_id}  completed" in text
    assert f'"text": "{"x" * 500}"' in text
    assert '`website`, which it may see\n{\n  "text": "x' in shown(flowc, dsn, run_id, "summary")
    wrong = flowc("show", run_id, "sumary", "--db", dsn)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.endswith("error: `page` has no step `sumary`\nhelp: did you mean `summary`?\n")


def test_an_output_that_speaks_to_a_terminal_is_escaped_and_means_the_same(
    flowc: Flowc, dsn: str, db: psycopg.Connection
) -> None:
    shop = Shop(db, {"flow": "evil", "steps": {"only": {"kind": "task"}}})
    run_id = shop.start("evil")
    value = "\x9b31m \u202e ä\x7f"
    shop.complete(shop.poll()[0], value)
    for result in (flowc("watch", run_id, "--db", dsn), flowc("show", run_id, "only", "--db", dsn)):
        assert '"\\u009b31m \\u202e ä\\u007f"\n' in result.stdout
    assert json.loads(flowc("watch", run_id, "--db", dsn).stdout) == {"only": value}


def test_a_run_s_id_cut_short_is_found_or_its_candidates_are_listed(flowc: Flowc, dsn: str, page: Shop) -> None:
    runs = sorted(page.start("page") for _ in range(2))
    both = flowc("show", runs[0][:4], "--db", dsn)
    assert (both.returncode, both.stdout) == (2, "")
    assert f"several runs begin with {runs[0][:4]}: `{runs[0]}`, `{runs[1]}`\n" in both.stderr
    alike = next(n for n in range(36) if runs[0][n] != runs[1][n])
    assert runs[1] in shown(flowc, dsn, runs[1][: alike + 1])
    slip = runs[0][:-1] + ("0" if runs[0][-1] != "0" else "1")
    missed = flowc("show", slip, "--db", dsn)
    assert missed.stderr.endswith(f"error: there is no run {slip}\nhelp: did you mean `{runs[0]}`?\n")


def test_a_run_of_many_steps_stays_readable(flowc: Flowc, db: psycopg.Connection, dsn: str) -> None:
    steps = {f"s{number:04}": {"kind": "task"} for number in range(1500)}
    shop = Shop(db, {"flow": "wide", "steps": steps})
    run_id = shop.start("wide")
    for task in shop.poll():
        if task.step_slug == "s0777":
            shop.fail(task, retryable=True)
        else:
            shop.complete(task, 1)
    text = shown(flowc, dsn, run_id)
    assert len(text.splitlines()) < 250
    assert "▸ s0777  started  " in text
    assert "… and 1,300 more steps: 999 completed, 301 started\n" in text
    assert len(shown(flowc, dsn, run_id, "--all").splitlines()) > 1500
