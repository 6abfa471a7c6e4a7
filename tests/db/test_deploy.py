"""Deploying over a connection does what psql does: all flows or none, and nothing the second time."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from flowc.compiler.definition import Definition
from flowc.compiler.emit import emit
from flowc.compiler.pipeline import compile_file
from flowc.db.deploy import deploy, deployed_digest, deployed_digests
from flowc.errors import DatabaseError


def _definition(text: str) -> Definition:
    compilation = compile_file(Path("flow.yaml"), None, text.encode())
    assert compilation.definition is not None, compilation.diagnostics
    return compilation.definition


_PING = _definition("flow: ping\nsteps: {fetch_page: }\n")
_OTHER_PING = _definition("flow: ping\nsteps: {fetch_page: {timeout: 1s}}\n")
_PONG = _definition("flow: pong\nsteps:\n  a:\n  b: {run_if: {a: 1}, depends_on: [a]}\n")
_EVERYTHING = (
    "select 'flow', f::text, xmin::text from flowc.flows f"
    " union all select 'step', s::text, xmin::text from flowc.steps s"
    " union all select 'dep', d::text, xmin::text from flowc.deps d order by 1, 2"
)


@pytest.mark.each_postgres
def test_a_second_deploy_changes_nothing(db: psycopg.Connection, dsn: str, psql) -> None:
    deploy(db, emit([_PING, _PONG], plain=True))
    assert deployed_digests(db) == {"ping": _PING.digest, "pong": _PONG.digest}
    before = db.execute(_EVERYTHING).fetchall()
    deploy(db, emit([_PING, _PONG], plain=True))
    assert psql(emit([_PING, _PONG]), dsn).returncode == 0
    assert db.execute(_EVERYTHING).fetchall() == before


def test_other_content_under_a_deployed_slug_is_refused_with_both_digests_and_deploys_nothing(
    db: psycopg.Connection,
) -> None:
    deploy(db, emit([_PING], plain=True))
    with pytest.raises(DatabaseError) as caught:
        deploy(db, emit([_OTHER_PING, _PONG], plain=True))
    assert _PING.digest in caught.value.message
    assert _OTHER_PING.digest in caught.value.message
    assert deployed_digests(db) == {"ping": _PING.digest}


def test_a_flow_that_is_not_deployed_has_no_digest(db: psycopg.Connection) -> None:
    deploy(db, emit([_PING], plain=True))
    assert deployed_digest(db, "ping") == _PING.digest
    assert deployed_digest(db, "pong") is None


def test_deploying_where_flowc_is_not_installed_says_so(empty_dsn: str) -> None:
    with psycopg.connect(empty_dsn, autocommit=True) as conn:
        with pytest.raises(DatabaseError, match="not installed") as caught:
            deploy(conn, emit([_PING], plain=True))
        assert caught.value.help == "run `flowc install`"
        with pytest.raises(DatabaseError, match="not installed"):
            deployed_digests(conn)
