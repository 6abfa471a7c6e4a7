"""Runs spread over buckets: chosen at install, before the first run; whatever it is, everything works as with one."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db import queries
from flowc.db.connect import connect
from flowc.db.deploy import deploy
from flowc.db.install import install, script
from flowc.errors import FlowcError
from flowc.runtime.handlers import Handlers
from flowc.runtime.worker import Worker
from tests.conftest import Psql

STEPS = {
    "list": {"kind": "task"},
    "each": {"kind": "map", "map": "$list", "depends_on": ["list"], "with": {"item": "$item"}},
    "join": {"kind": "task", "depends_on": ["each"], "with": {"each": "$each"}},
}
handlers = Handlers()


@handlers.register("list")
def numbers() -> list[int]:
    return [1, 2, 3]


@handlers.register
def each(item: int) -> int:
    return item * 2


@handlers.register
def join(each: list[int]) -> int:
    return sum(each)


@pytest.fixture
def spread(empty_dsn: str) -> Iterator[psycopg.Connection]:
    """A database with four buckets."""
    with connect(empty_dsn) as conn:
        install(conn, buckets=4)
        deploy(conn, emit([define({"flow": "spread", "steps": STEPS})], plain=True))
        yield conn


def test_runs_are_spread_over_the_buckets_and_one_worker_does_them_all(
    spread: psycopg.Connection, empty_dsn: str
) -> None:
    queries.start_flows(spread, "spread", ["{}"] * 60)
    assert spread.execute("select array_agg(distinct bucket order by bucket) from flowc.runs").fetchone() == (
        [0, 1, 2, 3],
    )
    assert Worker(empty_dsn, handlers, drain=True).run() == 0
    assert spread.execute("select distinct status, output from flowc.runs").fetchall() == [("completed", {"join": 12})]
    assert queries.invariants(spread) == []


def test_a_key_names_one_run_whatever_its_bucket(spread: psycopg.Connection) -> None:
    keys = [f"key-{n}" for n in range(40)]
    first = queries.start_flows(spread, "spread", ["{}"] * 40, keys)
    assert queries.start_flows(spread, "spread", ["{}"] * 40, keys) == first
    assert spread.execute("select count(*), count(distinct bucket) from flowc.runs").fetchone() == (40, 4)


def test_the_number_of_buckets_stands_once_there_are_runs(spread: psycopg.Connection) -> None:
    install(spread)
    assert queries.buckets(spread) == 4
    install(spread, buckets=2)
    assert queries.buckets(spread) == 2
    queries.start_flow(spread, "spread")
    install(spread, buckets=2)
    with pytest.raises(FlowcError, match="this database has 2 buckets, and runs in them") as caught:
        install(spread, buckets=3)
    assert caught.value.help is not None
    assert "before the first run" in caught.value.help
    assert queries.buckets(spread) == 2


def test_the_script_for_psql_chooses_them_too(psql: Psql, empty_dsn: str) -> None:
    assert psql(script(buckets=3), empty_dsn, "-q").returncode == 0
    with connect(empty_dsn) as conn:
        assert queries.buckets(conn) == 3
