"""The manual's page of the command line is that of the commands, and what it says of --json is so."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db import queries
from tests.cli.conftest import ROOT, Flowc
from tests.cli.reference import JSON, keys_of, page


def test_the_page_is_current() -> None:
    assert (ROOT / "docs" / "cli.md").read_text() == page(), "python -m tests.cli.reference > docs/cli.md"


@pytest.fixture
def failing(db: psycopg.Connection) -> str:
    """A run with a failed attempt; its flow is no longer what it was deployed as."""
    db.execute(emit([define({"flow": "lost", "steps": {"a": {"kind": "task"}}})], plain=True).encode())
    run_id = queries.start_flow(db, "lost")
    [task] = queries.poll_for_tasks(db, 0, "w", ["a"], 1, timedelta(minutes=1))
    queries.fail_task(db, run_id, "a", None, task.attempt, '{"class": "ValueError", "message": "no"}')
    db.execute("select flowc.put_blob('bytes', 'text/plain')")
    return run_id


def test_json_has_the_documented_keys(flowc: Flowc, dsn: str, failing: str) -> None:
    queries_of = {
        "runs": ["runs"],
        "show": ["show", failing],
        "simulate": ["simulate", "flows/ping.yaml"],
        "flows": ["flows"],
        "plan": ["plan", "flows"],
        "verify": ["verify"],
        "blob ls": ["blob", "ls"],
        "doctor": ["doctor"],
    }
    assert queries_of.keys() == JSON.keys()
    for name, command in queries_of.items():
        database = [] if name == "simulate" else ["--db", dsn]
        told: Any = json.loads(flowc(*command, "--json", *database).stdout)
        for below, keys in keys_of(name).items():
            found = told if below is None else told[below]
            for row in found if isinstance(found, list) else [found]:
                assert row.keys() == set(keys), (name, below)
