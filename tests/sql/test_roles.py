"""Who may do what: the whole matrix of roles, functions and tables is what this page says, and no more."""

from __future__ import annotations

import json
import os
from typing import Any

import psycopg
import pytest

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db.connect import connect
from flowc.db.install import install

ROLES = ("flowc_deployer", "flowc_worker", "flowc_client", "flowc_observer")
VIEWS = {"runs", "step_states", "step_tasks", "task_errors", "workers", "untaken", "stalled", "blobs"}
DEFINITIONS = {"installation", "flows", "steps", "deps", "retired_flows"}
EVERYBODY = {"now", "buckets", "bucket_of", "get_flow"}
WORDS = {"_status_word", "_skip_word", "_blob_places", "_marks_below"}
READS = {"find_blob", "get_blob", "get_blob_chunk"}
STORES = READS | {"keep_blob", "put_blob", "put_blob_chunk", "finish_blob"}
CALLS = {
    "flowc_deployer": {"lock_deploys", "prepare_flow", "assert_deployed", "retire_flow", "delete_flow"},
    "flowc_worker": {
        "poll_for_tasks", "settle_and_poll", "complete_task", "complete_tasks", "fail_task", "fail_tasks",
        "extend_leases", "release_tasks", "expire_leases", "sleep", "next_due", "missing_secrets", "get_inputs",
        "get_item", "sign_in", "sign_out",
    }
    | STORES,
    "flowc_client": {"start_flow", "start_flows", "cancel_run", "retry_run"} | WORDS | STORES,
    "flowc_observer": WORDS | READS,
}  # fmt: skip
STRANGER = f"flowc_test_{os.getpid()}"  # roles belong to the server, which the session's processes share
FLOW = define({"flow": "ping", "steps": {"pong": {"kind": "task"}}})

pytestmark = pytest.mark.each_postgres


def columns(conn: psycopg.Connection, query: str, *values: Any) -> set[Any]:
    return {row[0] for row in conn.execute(query, values).fetchall()}  # type: ignore[arg-type]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_call_its_functions_and_no_others(db: psycopg.Connection, role: str) -> None:
    allowed = columns(
        db,
        "select proname from pg_proc where pronamespace = 'flowc'::regnamespace"
        " and has_function_privilege(%s, oid, 'execute')",
        role,
    )
    assert allowed == EVERYBODY | CALLS[role]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_touch_its_tables_and_no_others(db: psycopg.Connection, role: str) -> None:
    def tables(privilege: str) -> set[str]:
        return columns(
            db,
            "select relname from pg_class where relnamespace = 'flowc'::regnamespace and relkind in ('r', 'v', 'S')"
            " and has_table_privilege(%s, oid, %s)",
            role,
            privilege,
        )

    views = columns(db, "select relname from pg_class where relnamespace = 'flowc'::regnamespace and relkind = 'v'")
    assert views >= VIEWS
    reads = role in ("flowc_client", "flowc_observer")
    assert tables("select") == DEFINITIONS | (views if reads else set())
    writes = {"flows", "steps", "deps", "retired_flows"} if role == "flowc_deployer" else set()
    assert tables("insert") == writes
    assert tables("delete") == ({"flows"} if role == "flowc_deployer" else set())
    assert tables("update") == tables("truncate") == tables("references") == tables("trigger") == set()


def test_public_has_nothing(db: psycopg.Connection) -> None:
    db.execute(f"create role {STRANGER} nologin")
    try:
        assert not columns(
            db,
            "select proname from pg_proc where pronamespace = 'flowc'::regnamespace"
            " and has_function_privilege(%s, oid, 'execute')",
            STRANGER,
        )
        assert not columns(
            db,
            "select relname from pg_class where relnamespace = 'flowc'::regnamespace and relkind in ('r', 'v', 'S')"
            " and has_table_privilege(%s, oid, 'select, insert, update, delete, truncate')",
            STRANGER,
        )
        [usage] = columns(db, "select has_schema_privilege(%s, 'flowc', 'usage')", STRANGER)
        assert not usage
    finally:
        db.execute(f"drop role {STRANGER}")


def test_each_role_does_its_part_of_a_run(db: psycopg.Connection) -> None:
    db.execute("set role flowc_deployer")
    db.execute(emit([FLOW], plain=True))  # type: ignore[arg-type]
    db.execute("set role flowc_client")
    [run_id] = columns(db, "select flowc.start_flow('ping', '{}')")
    db.execute("set role flowc_worker")
    [task] = db.execute("select * from flowc.poll_for_tasks(0, 'w', '{pong}', 1, '30 s')").fetchall()
    db.execute(
        "select flowc.settle_and_poll(0, %s, 'w', '{}', 0, '30 s')", [json.dumps([[task[1], "pong", None, 1, "ok", 7]])]
    )
    db.execute("set role flowc_observer")
    assert db.execute("select status, output from flowc.runs where run_id = %s", [run_id]).fetchone() == (
        "completed",
        {"pong": 7},
    )
    assert columns(db, "select status from flowc.step_states where run_id = %s", run_id) == {"completed"}


def test_a_temporary_table_does_not_shadow_ours(db: psycopg.Connection) -> None:
    db.execute(emit([FLOW], plain=True))  # type: ignore[arg-type]
    db.execute("grant create on schema public to public")
    db.execute("set role flowc_client")
    db.execute("create temporary table flows (flow_slug text)")
    db.execute("create temporary table _runs (run_id uuid)")
    db.execute("create temporary table runs (run_id uuid)")
    [run_id] = columns(db, "select flowc.start_flow('ping', '{}')")
    assert not columns(db, "select run_id from pg_temp._runs")
    assert columns(db, "select run_id from flowc.runs") == {run_id}


def test_an_owner_who_may_not_create_roles_installs_without_them(db: psycopg.Connection, empty_dsn: str) -> None:
    with connect(empty_dsn) as admin:
        admin.execute(f"create role {STRANGER} login")
        try:
            admin.execute(
                f"do $$ begin execute format('grant create on database %I to {STRANGER}', current_database()); end $$"
            )
            admin.execute(f"set role {STRANGER}")
            install(admin)
            assert admin.execute("select count(*) from flowc.runs").fetchone() == (0,)
        finally:
            admin.execute("reset role")
            admin.execute(f"drop owned by {STRANGER} cascade")
            admin.execute(f"drop role {STRANGER}")
