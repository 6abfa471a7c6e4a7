"""Deploying a flow reads as much as the flow is long: of ten thousand steps none is held against each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db.deploy import deploy

pytestmark = pytest.mark.each_postgres

SHORT, LONG = 300, 1200
Steps = dict[str, dict[str, Any]]


def chain(n: int) -> Steps:
    """Each step waits for the one before, and reads a field of it."""
    following = {
        f"s{i}": {"kind": "task", "depends_on": [f"s{i - 1}"], "with": {"x": f"$s{i - 1}.y"}} for i in range(1, n)
    }
    return {"s0": {"kind": "task"}, **following}


def fan(n: int) -> Steps:
    """All wait for one, and one for all; every second is of its own mind when it fails."""
    wide: Steps = {f"s{i}": {"kind": "task", "depends_on": ["a"]} for i in range(n)}
    for i in range(0, n, 2):
        wide[f"s{i}"]["on_failure"] = "skip"
    return {
        "a": {"kind": "task"},
        **wide,
        "z": {"kind": "task", "depends_on": sorted(wide), "join": "settled", "with": {}},
    }


def branches(n: int) -> Steps:
    """Every tenth step is a branch on the one before; the others are in the last branch, each after the one before."""
    steps: Steps = {"s0": {"kind": "task"}}
    for i in range(1, n):
        if i % 10 == 1:
            steps[f"s{i}"] = {"kind": "branch", "run_if": [{"s0": {"n": i}}]}
        else:
            branch = f"s{i - (i - 1) % 10}"
            steps[f"s{i}"] = {"kind": "task", "branch": branch}
            if i % 10 not in (1, 2):
                steps[f"s{i}"]["depends_on"] = [f"s{i - 1}"]
    return {**steps, "z": {"kind": "task", "depends_on": ["s1"]}}


def reads(db: psycopg.Connection) -> int:
    """How many rows and index entries were read so far."""
    db.execute("select pg_stat_force_next_flush()")
    row = db.execute(
        "select (select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) from pg_stat_user_tables"
        " where schemaname = 'flowc')"
        " + (select sum(idx_tup_read) from pg_stat_user_indexes where schemaname = 'flowc')"
    ).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("shape", [chain, fan, branches])
def test_a_flow_that_is_four_times_as_long_is_deployed_with_four_times_the_reads(
    db: psycopg.Connection, shape: Callable[[int], Steps]
) -> None:
    read = []
    for n in (SHORT, LONG):
        before = reads(db)
        deploy(db, emit([define({"flow": f"of_{n}", "steps": shape(n)})], plain=True))
        read.append(reads(db) - before)
    assert read[1] < read[0] * (LONG / SHORT) * 1.5
