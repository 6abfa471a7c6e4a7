"""The install script: one transaction, run twice it changes nothing, run by many at once it is done once."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import psycopg
import pytest

from flowc.db.connect import connect
from flowc.db.install import LOCK, install, is_current, require_schema, schema_version, script
from flowc.errors import DatabaseError

# Everything that an install could touch, with the transaction that touched it last.
_EVERYTHING = """
select 'function', oid::regprocedure::text, xmin::text from pg_proc where pronamespace = 'flowc'::regnamespace
union all select 'relation', oid::regclass::text, xmin::text from pg_class where relnamespace = 'flowc'::regnamespace
union all select 'migration', name, xmin::text from flowc.migrations
union all select 'installation', installed_at::text, xmin::text from flowc.installation
order by 1, 2
"""


def _everything(url: str) -> list[tuple[object, ...]]:
    with connect(url) as conn:
        return conn.execute(_EVERYTHING).fetchall()


def test_the_script_is_ascii_and_one_transaction_and_always_the_same() -> None:
    text = script()
    assert text.isascii()
    assert text.startswith("\\set ON_ERROR_STOP on\nbegin isolation level read committed;\n")
    assert text.endswith("\ncommit;\n")
    assert text.count("\\set") == 1
    assert script() == text


@pytest.mark.each_postgres
def test_the_script_twice_through_psql_changes_nothing_the_second_time(psql, empty_dsn: str) -> None:
    first = psql(script(), empty_dsn, "-q")
    assert (first.returncode, first.stdout, first.stderr) == (0, "", "")
    before = _everything(empty_dsn)
    second = psql(script(), empty_dsn, "-q")
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert _everything(empty_dsn) == before
    with connect(empty_dsn) as conn:
        require_schema(conn)
        assert is_current(conn)


@pytest.mark.each_postgres
def test_an_install_over_a_connection_does_what_the_script_does(psql, postgres, empty_dsn: str) -> None:
    with connect(empty_dsn) as conn, postgres.database() as other:
        install(conn)
        before = _everything(empty_dsn)
        install(conn)
        assert psql(script(), empty_dsn).returncode == 0
        assert _everything(empty_dsn) == before
        assert psql(script(), other).returncode == 0
        found = "select functions_found, views_found from flowc.installation"
        with connect(other) as second:
            assert conn.execute(found).fetchone() == second.execute(found).fetchone()


def test_a_script_that_was_cut_off_changes_nothing(psql, empty_dsn: str) -> None:
    assert psql(script().removesuffix("commit;\n"), empty_dsn).returncode == 0
    with connect(empty_dsn) as conn, pytest.raises(DatabaseError, match="not installed") as caught:
        require_schema(conn)
    assert caught.value.help == "run `flowc install`"


def test_concurrent_installs_all_succeed(postgres, empty_dsn: str, tmp_path: Path) -> None:
    (tmp_path / "install.sql").write_text(script())
    command = [postgres.bin / "psql", "-Xq", "-f", tmp_path / "install.sql", empty_dsn]
    with connect(empty_dsn) as conn:
        conn.execute("select pg_advisory_lock(%s)", [LOCK])
        installs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(4)]
        waiting = (
            "select count(*) from pg_locks where not granted"
            " and database = (select oid from pg_database where datname = current_database())"
        )
        while conn.execute(waiting).fetchone() != (4,):
            pass
        conn.execute("select pg_advisory_unlock(%s)", [LOCK])
        said = [each.communicate()[0] for each in installs]
        assert ([each.returncode for each in installs], said) == ([0] * 4, [b""] * 4)
        assert conn.execute("select count(*) from flowc.migrations").fetchone() == (schema_version(),)


def test_the_callers_settings_do_not_matter(psql, empty_dsn: str) -> None:
    with connect(empty_dsn) as conn:
        conn.execute("create schema evil")
        conn.execute("create function evil.now() returns timestamptz language sql as $$ select null::timestamptz $$")
        conn.execute("""
            do $$ begin
              execute format('alter database %I set search_path = evil, pg_catalog', current_database());
              execute format('alter database %I set default_transaction_isolation = serializable', current_database());
              execute format('alter database %I set standard_conforming_strings = off', current_database());
              execute format('alter database %I set client_min_messages = debug1', current_database());
            end $$""")
    done = psql(script(), empty_dsn, "-q")
    assert (done.returncode, done.stdout) == (0, "")
    with connect(empty_dsn) as conn:
        assert conn.execute("select count(*) from pg_class where relnamespace = 'evil'::regnamespace").fetchone() == (
            0,
        )
        assert is_current(conn)


def test_a_function_and_a_view_that_were_changed_by_hand_are_mended(empty_dsn: str) -> None:
    with connect(empty_dsn) as conn:
        install(conn)
        conn.execute(
            "create or replace function flowc.now() returns timestamptz language sql as $$ select null::timestamptz $$"
        )
        conn.execute("drop view flowc.task_errors")
        install(conn)
        assert conn.execute("select flowc.now() is not null").fetchone() == (True,)
        assert conn.execute("select count(*) from flowc.task_errors").fetchone() == (0,)


@pytest.mark.each_postgres
def test_a_newer_schema_is_left_alone(psql, empty_dsn: str) -> None:
    with connect(empty_dsn) as conn:
        install(conn)
        conn.execute("insert into flowc.migrations (number, name, digest) values (9999, '9999_later', '')")
        conn.execute("update flowc.installation set schema_version = 9999, flowc_version = '77.0'")
        before = _everything(empty_dsn)
        with pytest.raises(DatabaseError, match="holds schema 9999 of flowc, this is flowc") as caught:
            install(conn)
        assert caught.value.help == "upgrade flowc"
        with pytest.raises(DatabaseError, match=r"schema 9999 of flowc 77\.0, newer than") as caught:
            require_schema(conn)
        assert caught.value.help == "upgrade flowc"
    done = psql(script(), empty_dsn)
    assert done.returncode == 3
    assert "upgrade flowc" in done.stderr
    assert _everything(empty_dsn) == before
    # The record alone says it too.
    with connect(empty_dsn) as conn:
        conn.execute("delete from flowc.migrations where number = 9999")
        with pytest.raises(DatabaseError, match="holds schema 9999 of flowc, this is flowc"):
            install(conn)


def test_an_older_schema_asks_for_an_install(db: psycopg.Connection) -> None:
    require_schema(db)
    db.execute("update flowc.installation set flowc_version = '0.0.9'")
    assert not is_current(db)
    with pytest.raises(DatabaseError, match=r"flowc 0\.0\.9, older than") as caught:
        require_schema(db)
    assert caught.value.help == "run `flowc install`"


def test_workers_of_the_last_release_go_on_after_functions_of_the_next_one_came(db: psycopg.Connection) -> None:
    db.execute("update flowc.installation set flowc_version = '77.0', functions_digest = 'another'")
    require_schema(db)


def test_a_migration_with_another_content_is_refused(empty_dsn: str) -> None:
    with connect(empty_dsn) as conn:
        install(conn)
        conn.execute("update flowc.migrations set digest = 'another' where number = 1")
        with pytest.raises(
            DatabaseError, match=r"migration 0001_\w+ was applied to this database with another content"
        ):
            install(conn)


def test_a_schema_flowc_of_somebody_else_is_left_alone(empty_dsn: str) -> None:
    with connect(empty_dsn) as conn:
        conn.execute("create schema flowc create table orders (id int)")
        with pytest.raises(DatabaseError, match="the schema flowc holds tables that are not ours"):
            install(conn)
        with pytest.raises(DatabaseError, match="not installed"):
            require_schema(conn)


def test_an_ordinary_owner_of_a_database_can_install(postgres, empty_dsn: str) -> None:
    owner = f"owner_{os.getpid()}"
    database = empty_dsn.split("@/")[1].split("?", maxsplit=1)[0]
    postgres.admin.execute(f"create role {owner} login")
    postgres.admin.execute(f"alter database {database} owner to {owner}")
    try:
        with connect(empty_dsn.replace("//postgres@", f"//{owner}@")) as conn:
            install(conn)
            require_schema(conn)
    finally:
        postgres.admin.execute(f"alter database {database} owner to postgres")
        with connect(empty_dsn) as conn:
            conn.execute(f"drop owned by {owner}")
        postgres.admin.execute(f"drop role {owner}")


def test_a_role_that_may_not_install_is_told_so_and_leaves_nothing(postgres, empty_dsn: str) -> None:
    role = f"powerless_{os.getpid()}"
    postgres.admin.execute(f"create role {role} login")
    try:
        with connect(empty_dsn.replace("//postgres@", f"//{role}@")) as conn:
            with pytest.raises(DatabaseError, match="the database's role may not do this: permission denied"):
                install(conn)
            assert conn.execute("select to_regnamespace('flowc')").fetchone() == (None,)
    finally:
        postgres.admin.execute(f"drop role {role}")
