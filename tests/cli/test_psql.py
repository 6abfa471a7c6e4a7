"""What `flowc schema sql` and `flowc compile` print goes through psql: whole, again and again, or not at all."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import Flowc
from tests.conftest import Psql

STATE = (
    "select flow_slug, digest, (select count(*) from flowc.steps s where s.flow_slug = f.flow_slug) from flowc.flows f"
)
SLUGS = ["analyze_website_v1", "ping", "word_counts"]


def deployed(url: str) -> list[tuple[str, str, int]]:
    with psycopg.connect(url) as conn:
        return sorted(conn.execute(STATE).fetchall())


@pytest.fixture
def compiled(flowc: Flowc) -> str:
    result = flowc("compile", "flows")
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


@pytest.mark.each_postgres
def test_schema_and_flows_go_through_psql_twice(flowc: Flowc, psql: Psql, empty_dsn: str, compiled: str) -> None:
    schema = flowc("schema", "sql").stdout
    assert psql(schema, empty_dsn).returncode == 0
    assert psql(compiled, empty_dsn).returncode == 0
    first = deployed(empty_dsn)
    assert [slug for slug, *_ in first] == SLUGS
    for sql in (schema, compiled):
        result = psql(sql, empty_dsn)
        assert (result.returncode, result.stderr) == (0, "")
    assert deployed(empty_dsn) == first


@pytest.mark.each_postgres
def test_a_slug_with_other_content_stops_psql_and_changes_nothing(
    flowc: Flowc, project: Path, psql: Psql, dsn: str, compiled: str
) -> None:
    assert psql(flowc("compile", "flows/ping.yaml").stdout, dsn).returncode == 0
    before = deployed(dsn)
    (project / "flows" / "ping.yaml").write_text("flow: ping\nsteps:\n  pong: {timeout: 5s}\n")

    changed = flowc("compile", "flows").stdout
    result = psql(changed, dsn)

    assert result.returncode == 3
    [(_, old, _)] = before
    [new] = re.findall(r"assert_deployed\('ping', '(.+)'\)", changed)
    assert old != new
    assert old in result.stderr
    assert new in result.stderr
    assert deployed(dsn) == before


def test_a_pipe_that_was_cut_changes_nothing(psql: Psql, dsn: str, compiled: str) -> None:
    psql(compiled[: len(compiled) // 2], dsn)
    assert deployed(dsn) == []


def test_the_sql_is_the_same_in_every_run(flowc: Flowc, compiled: str) -> None:
    assert {flowc("compile", "flows", PYTHONHASHSEED=seed).stdout for seed in ("1", "2")} == {compiled}


def test_plain_sql_leaves_the_transaction_to_others(flowc: Flowc, dsn: str) -> None:
    sql = flowc("compile", "flows", "--plain").stdout
    assert "\\" not in sql.splitlines()[0]
    with psycopg.connect(dsn) as conn:
        conn.execute(sql.encode())
    assert [slug for slug, *_ in deployed(dsn)] == SLUGS


def test_nothing_is_printed_when_one_flow_is_wrong(flowc: Flowc, project: Path) -> None:
    (project / "flows" / "wrong.yaml").write_text("flow: wrong\nsteps:\n  a: {depends_on: [b]}\n")
    result = flowc("compile", "flows")
    assert (result.returncode, result.stdout) == (1, "")
    assert "error[FL301]" in result.stderr
    assert "flows/wrong.yaml:3:20" in result.stderr


def test_two_files_of_one_slug_are_refused(flowc: Flowc, project: Path) -> None:
    (project / "flows" / "again.yaml").write_text("flow: ping\nsteps:\n  pong:\n")
    result = flowc("compile", "flows")
    assert (result.returncode, result.stdout) == (1, "")
    assert "error[FL903]: `ping` is the slug of another file too" in result.stderr
