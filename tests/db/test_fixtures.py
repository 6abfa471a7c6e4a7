"""The fixtures that every test of the engine leans on keep their word."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest

from flowc.db.connect import connect


@pytest.mark.each_postgres
def test_a_fresh_database_has_flowc_installed(db: psycopg.Connection, postgres) -> None:
    assert db.info.server_version // 10000 == postgres.major
    assert db.execute("select count(*) from flowc.installation").fetchone() == (1,)


def test_the_clock_is_one_for_all_connections_of_a_database(db: psycopg.Connection, dsn: str, clock) -> None:
    clock.set("2030-01-01 00:00Z")
    clock.advance("2 minutes")
    with connect(dsn) as other:
        assert other.execute("select flowc.now()").fetchone() == (datetime(2030, 1, 1, 0, 2, tzinfo=UTC),)
    clock.run()
    assert clock.now().year < 2100
