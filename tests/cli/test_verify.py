"""``flowc verify``: whatever was changed by hand in a database is named."""

from __future__ import annotations

import json

import psycopg
import pytest

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db.connect import connect
from flowc.db.install import install
from flowc.db.verify import verify
from tests.cli.conftest import Flowc

PING = define({"flow": "ping", "steps": {"pong": {"kind": "task"}}})


@pytest.mark.each_postgres
def test_an_untouched_database_has_not_drifted(empty_dsn: str) -> None:
    with connect(empty_dsn) as conn:
        install(conn)
        conn.execute(emit([PING], plain=True).encode())
        assert verify(conn) == []
        assert conn.execute("select count(*) from pg_proc where pronamespace = pg_my_temp_schema()").fetchone() == (0,)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            "create or replace function flowc.now() returns timestamptz language sql volatile parallel safe"
            " as 'select clock_timestamp() + interval ''1 hour'''",
            ("function", "now()", "is not what this flowc ships"),
        ),
        ("alter function flowc.buckets() volatile", ("function", "buckets()", "is not what this flowc ships")),
        ("drop function flowc.next_due", ("function", "next_due(bucket integer)", "is missing")),
        ("create function flowc.more() returns int return 1", ("function", "more()", "is not one of this flowc's")),
        (
            "create or replace view flowc.workers as select worker_id, true as alive, handlers, queues, secrets,"
            " started_at, seen_at, until, null::text as code_version, bucket from flowc._workers",
            ("view", "workers", "is not what this flowc ships"),
        ),
        ("alter table flowc.deps disable trigger all", ("trigger", "refuse_change on deps", "is switched off")),
        ("drop trigger refuse_truncate on flowc.steps", ("trigger", "refuse_truncate on steps", "is missing")),
        (
            "update flowc.migrations set digest = 'x' where number = 1",
            ("migration", "0001_definitions", "had another content"),
        ),
    ],
)
def test_what_was_changed_by_hand_is_named(db: psycopg.Connection, change: str, told: tuple[str, str, str]) -> None:
    with db.transaction(force_rollback=True):
        db.execute(change.encode())
        assert told in [tuple(each) for each in verify(db)]


def test_a_flow_that_is_not_its_digest_is_named(flowc: Flowc, db: psycopg.Connection, dsn: str) -> None:
    db.execute(emit([PING], plain=True).encode())
    db.execute(
        "alter table flowc.flows disable trigger all; alter table flowc.flows drop constraint digest_is_of_definition"
    )
    db.execute("update flowc.flows set definition = replace(definition, 'pong', 'gong')")
    result = flowc("verify", "--db", dsn)
    assert result.returncode == 1
    assert "! flow ping its definition has the digest fc1:" in result.stdout
    assert f", it was deployed as {PING.digest}\n" in result.stdout
    assert "! function now() is not what this flowc ships\n" in result.stdout  # the tests' own clock
    assert "help: flowc install --db " in result.stderr
    told = json.loads(flowc("verify", "--json", "--db", dsn).stdout)
    assert told[0].keys() == {"kind", "name", "said"}


def test_a_role_that_only_reads_can_verify(db: psycopg.Connection) -> None:
    db.execute("grant select on flowc.migrations to flowc_observer")
    db.execute("set role flowc_observer")
    assert [each.name for each in verify(db)] == ["now()"]  # the tests' own clock
