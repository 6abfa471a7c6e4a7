"""``flowc doctor``: whatever is wrong in a database is named, with what to do; and `runs` shows what waits in vain."""

from __future__ import annotations

import json
from datetime import timedelta

import psycopg
import pytest

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db import queries
from tests.cli.conftest import Flowc
from tests.conftest import Clock

KEEN = define(
    {
        "flow": "keen",
        "secrets": ["KEEN_TOKEN"],
        "steps": {"first": {"kind": "task", "handler": "fetch", "queue": "slow"}},
    }
)


@pytest.fixture
def keen(db: psycopg.Connection, clock: Clock) -> str:
    """A run whose one task is ready."""
    clock.set("2030-01-01 00:00Z")
    db.execute(emit([KEEN], plain=True).encode())
    return queries.start_flow(db, "keen")


def test_a_healthy_database_is_one_line(flowc: Flowc, dsn: str) -> None:
    result = flowc("doctor", "--db", dsn)
    words = "all is well: every invariant holds, and nothing waits in vain; no workers are alive\n"
    assert (result.returncode, result.stdout) == (0, words)
    told = flowc("doctor", "--json", "--db", dsn)
    assert json.loads(told.stdout) == {"findings": [], "more": False, "live_workers": 0}


def test_a_broken_invariant_is_named_with_its_run(flowc: Flowc, db: psycopg.Connection, dsn: str, keen: str) -> None:
    queries.cancel_run(db, keen)
    db.execute(
        "insert into flowc._waits (bucket, run_id, node, arrived, ok, closed) select 0, %s, node, 1, 1, false"
        " from flowc._nodes where step_slug = 'first'",
        [keen],
    )
    result = flowc("doctor", "--db", dsn)
    assert result.returncode == 1
    assert (
        f"step `first`, run {keen}: broken: an ended run has nothing at work (cancelled, in _waits)\n" in result.stdout
    )
    assert "report it with what `flowc doctor --json --db " in result.stdout
    told = json.loads(flowc("doctor", "--json", "--limit", "1", "--db", dsn).stdout)
    assert [found["kind"] for found in told["findings"]] == ["invariant"]


def test_a_task_that_nobody_can_take_names_what_is_missing(
    flowc: Flowc, db: psycopg.Connection, dsn: str, keen: str
) -> None:
    runs = [keen, queries.start_flow(db, "keen")]  # of one moment: their order is that of random ids
    alone = flowc("doctor", "--db", dsn)
    assert alone.returncode == 1
    assert any(f"keen, step `first`, run {run} and 1 more, since 20" in alone.stdout for run in runs)
    assert ": no worker is alive that has `fetch` and `KEEN_TOKEN`\n" in alone.stdout
    assert "  help: start `flowc worker --handlers M:A --queue slow --db " in alone.stdout
    assert " with `KEEN_TOKEN` in its environment, where M:A registers `fetch`\n" in alone.stdout
    queries.sign_in(db, 0, "w", ["other"], None, [], timedelta(minutes=5))
    listed = flowc("runs", "--db", dsn)
    assert listed.stdout.count("`first`: no live worker has the handler `fetch` and the secret `KEEN_TOKEN`") == 2
    assert f"`flowc doctor --db {dsn}`" not in listed.stdout
    assert "flowc doctor --db" in listed.stderr
    [first, _] = json.loads(flowc("runs", "--json", "--db", dsn).stdout)
    assert first["waits_for"] == "`first`: no live worker has the handler `fetch` and the secret `KEEN_TOKEN`"
    queries.sign_in(db, 0, "v", ["fetch"], None, ["KEEN_TOKEN"], timedelta(minutes=5))
    assert flowc("doctor", "--db", dsn).returncode == 0
    assert "waits" not in flowc("runs", "--db", dsn).stderr


def test_runs_that_nobody_works_on_are_told_with_the_reason(
    flowc: Flowc, db: psycopg.Connection, dsn: str, keen: str, clock: Clock
) -> None:
    queries.poll_for_tasks(db, 0, "w", ["fetch"], 9, timedelta(minutes=1), None, ["KEEN_TOKEN"])
    clock.advance("10 minutes")
    result = flowc("doctor", "--db", dsn)
    assert result.returncode == 1
    assert f"keen, run {keen}, since " in result.stdout
    assert ": a worker is gone without a word, and nobody has polled since its lease ended\n" in result.stdout
    [found] = json.loads(flowc("doctor", "--json", "--db", dsn).stdout)["findings"]
    assert (found["kind"], found["run_id"], found["runs"]) == ("stalled", keen, 1)


def test_findings_past_the_limit_are_not_forgotten(flowc: Flowc, db: psycopg.Connection, dsn: str) -> None:
    for slug in ("one", "two"):
        db.execute(emit([define({**KEEN.body, "flow": slug})], plain=True).encode())
        queries.start_flow(db, slug)
    result = flowc("doctor", "--limit", "1", "--db", dsn)
    assert (result.returncode, result.stdout.count("no worker is alive")) == (1, 1)
    assert result.stdout.endswith("there is more: --limit N shows it\n")


def test_runs_of_a_misspelt_flow_are_no_empty_list(flowc: Flowc, dsn: str, keen: str) -> None:
    result = flowc("runs", "--flow", "kene", "--db", dsn)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.endswith("error: no flow `kene` is deployed here\nhelp: did you mean `keen`?\n")
