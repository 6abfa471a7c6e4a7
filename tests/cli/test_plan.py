"""``flowc plan`` against a database: what is new, differs, is gone from the folder, or retired."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db import queries
from tests.cli.conftest import Flowc


@pytest.fixture
def deployed(flowc: Flowc, db: psycopg.Connection, dsn: str, project: Path) -> Path:
    """A folder with the flows `kept` and `new`; deployed are `kept`, `lost` and, retired, `old` and `older`."""
    folder = project / "own"
    folder.mkdir()
    for slug in ("kept", "new"):
        (folder / f"{slug}.yaml").write_text(f"flow: {slug}\nsteps: {{pong: }}\n")
    assert flowc("deploy", "own/kept.yaml", "--db", dsn).returncode == 0
    flows = [define({"flow": slug, "steps": {"pong": {"kind": "task"}}}) for slug in ("lost", "old", "older")]
    db.execute(emit(flows, plain=True).encode())
    for slug in ("lost", "old"):
        queries.start_flow(db, slug)
    for slug in ("old", "older"):
        queries.retire_flow(db, slug)
    return folder


def test_a_folder_is_held_against_all_that_is_deployed(flowc: Flowc, dsn: str, deployed: Path) -> None:
    result = flowc("plan", "own", "--db", dsn)
    assert (result.returncode, result.stdout) == (
        0,
        "= unchanged  kept\n"
        "- gone       lost\n"
        "             deployed, and in no file here; `flowc flows retire lost` ends it\n"
        "             1 run of it is at work\n"
        "+ new        new\n"
        "x retired    old\n"
        "             1 run of it is at work\n",
    )
    told = json.loads(flowc("plan", "own", "--json", "--db", dsn).stdout)
    assert [(entry["flow_slug"], entry["plan"], entry["started"]) for entry in told] == [
        ("kept", "unchanged", 0),
        ("lost", "gone", 1),
        ("new", "new", 0),
        ("old", "retired", 1),
    ]


def test_a_single_file_says_nothing_of_others(flowc: Flowc, db: psycopg.Connection, dsn: str, deployed: Path) -> None:
    assert flowc("plan", "own/new.yaml", "--db", dsn).stdout == "+ new        new\n"
    queries.retire_flow(db, "kept")
    told = flowc("plan", "own/kept.yaml", "--db", dsn)
    assert (told.returncode, told.stdout) == (
        0,
        "x retired    kept\n             it is retired: no run of it starts any more\n",
    )


def test_a_role_that_may_only_deploy_can_plan(flowc: Flowc, db: psycopg.Connection, dsn: str, deployed: Path) -> None:
    db.execute("alter role flowc_deployer login")
    told = flowc("plan", "own", "--db", dsn.replace("postgres@", "flowc_deployer@"))
    assert told.returncode == 0, told.stderr
    assert "- gone       lost\n" in told.stdout
    assert "at work" not in told.stdout
