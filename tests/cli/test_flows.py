"""``flowc flows``: what is deployed is listed with its use; old flows are retired, then deleted."""

from __future__ import annotations

import json

import psycopg
import pytest

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db import queries
from tests.cli.conftest import Flowc
from tests.conftest import Clock


@pytest.fixture
def deployed(db: psycopg.Connection, clock: Clock) -> dict[str, str]:
    """The digests of two flows; of ``old`` a run was cancelled, of ``new`` one is at work since a month later."""
    flows = [define({"flow": slug, "steps": {"pong": {"kind": "task"}}}) for slug in ("new", "old")]
    clock.set("2030-01-01 00:00Z")
    db.execute(emit(flows, plain=True).encode())
    queries.cancel_run(db, queries.start_flow(db, "old"))
    clock.set("2030-02-01 00:00Z")
    queries.start_flow(db, "new")
    return {flow.slug: flow.digest for flow in flows}


def test_flows_are_listed_with_digest_runs_and_last_use(flowc: Flowc, dsn: str, deployed: dict[str, str]) -> None:
    listed = flowc("flows", "--db", dsn).stdout.splitlines()
    assert [line.split()[0] for line in listed] == ["flow_slug", "new", "old"]
    assert listed[2].split()[1:6] == [deployed["old"][:16], "0", "0", "0", "1"]
    [new, old] = json.loads(flowc("flows", "--json", "--db", dsn).stdout)
    assert (new["digest"], new["started"], new["cancelled"], new["retired_at"]) == (deployed["new"], 1, 0, None)
    assert old["last_used_at"].startswith("20")


def test_only_flows_out_of_use_are_inactive(
    flowc: Flowc, db: psycopg.Connection, dsn: str, deployed: dict[str, str], clock: Clock
) -> None:
    def inactive(duration: str) -> list[str]:
        told = flowc("flows", "--json", "--inactive", duration, "--db", dsn)
        return [flow["flow_slug"] for flow in json.loads(told.stdout)]

    clock.set("2030-02-15 00:00Z")
    assert inactive("30d") == ["old"]
    clock.set("2031-01-01 00:00Z")
    assert inactive("30d") == ["old"]  # a run of `new` is still at work
    assert inactive("400d") == []
    assert flowc("flows", "--inactive", "400d", "--db", dsn).stderr.endswith(
        "no flow has been out of use for so long\n"
    )


def test_a_flow_is_retired_and_then_deleted(
    flowc: Flowc, db: psycopg.Connection, dsn: str, deployed: dict[str, str], clock: Clock
) -> None:
    def refused() -> str:
        result = flowc("flows", "delete", "old", "--db", dsn)
        assert (result.returncode, result.stdout) == (2, "")
        return result.stderr

    assert "error: `old` is not retired\nhelp: `flowc flows retire old --db " in refused()
    retired = flowc("flows", "retire", "new", "--db", dsn)
    assert (retired.returncode, retired.stdout) == (0, "")
    assert retired.stderr.endswith("; 1 run is still at work\n")
    assert "retired since " in flowc("flows", "--db", dsn).stdout
    started = flowc("start", "new", "--db", dsn)
    assert (started.returncode, started.stdout) == (2, "")

    queries.retire_flow(db, "old")
    assert "error: `old` has runs that are kept: 1\nhelp: `flowc prune" in refused()
    clock.set("2030-03-01 00:00Z")
    queries.prune(db)
    assert flowc("flows", "delete", "old", "--db", dsn).returncode == 0
    assert [flow.flow_slug for flow in queries.flows(db)] == ["new"]


@pytest.mark.parametrize("verb", ["retire", "delete"])
def test_a_misspelt_flow_is_not_retired(flowc: Flowc, dsn: str, deployed: dict[str, str], verb: str) -> None:
    result = flowc("flows", verb, "odl", "--db", dsn)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.endswith("error: no flow `odl` is deployed here\nhelp: did you mean `old`?\n")
