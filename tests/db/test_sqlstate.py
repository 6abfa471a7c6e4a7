"""Database errors are judged by what they are, as a real server raises them."""

from __future__ import annotations

import socket

import psycopg
import pytest

from flowc.db.connect import connect
from flowc.db.sqlstate import Verdict, as_flowc_error, judge, with_retries
from flowc.errors import DatabaseError, NotDeployedError, UsageError

_RAISE = "do $$ begin raise exception 'said' using errcode = '{}', hint = 'do this', detail = 'more'; end $$"


def _error(conn: psycopg.Connection, state: str) -> psycopg.Error:
    with pytest.raises(psycopg.Error) as caught:
        conn.execute(_RAISE.format(state).encode())
    assert caught.value.sqlstate == state
    return caught.value


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        ("40001", Verdict.AGAIN),
        ("40P01", Verdict.AGAIN),
        ("08006", Verdict.RECONNECT),
        ("57P01", Verdict.RECONNECT),
        ("57P03", Verdict.RECONNECT),
        ("25006", Verdict.RECONNECT),
        ("53300", Verdict.RECONNECT),
        ("54000", Verdict.REFUSED),
        ("54001", Verdict.REFUSED),
        ("22P02", Verdict.REFUSED),
        ("22003", Verdict.REFUSED),
        ("42501", Verdict.REFUSED),
        ("57014", Verdict.REFUSED),
        ("FC006", Verdict.REFUSED),
    ],
)
def test_the_sqlstate_decides(db: psycopg.Connection, state: str, verdict: Verdict) -> None:
    assert judge(_error(db, state)) is verdict


def test_a_value_that_is_too_big_is_refused_for_ever(db: psycopg.Connection) -> None:
    with pytest.raises(psycopg.OperationalError) as caught:
        db.execute("select array_agg(i)::text::tsvector from generate_series(1, 300000) i")
    assert caught.value.sqlstate == "54000"
    assert judge(caught.value) is Verdict.REFUSED


def test_a_write_where_only_reading_is_allowed_asks_for_another_connection(db: psycopg.Connection) -> None:
    db.execute("set default_transaction_read_only = on")
    with pytest.raises(psycopg.InternalError) as caught:
        db.execute("create table x ()")
    assert judge(caught.value) is Verdict.RECONNECT


def test_a_connection_that_was_cut_asks_for_another_one(db: psycopg.Connection, dsn: str) -> None:
    with connect(dsn) as other:
        db.execute("select pg_terminate_backend(%s, 10000)", [other.info.backend_pid])
        for _ in range(2):  # first the server's last word, then the closed connection
            with pytest.raises(psycopg.OperationalError) as caught:
                other.execute("select 1")
            assert judge(caught.value) is Verdict.RECONNECT


def test_a_server_that_is_not_there_asks_for_another_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(psycopg.OperationalError) as caught:
        psycopg.connect(f"host=127.0.0.1 port={port}")
    assert judge(caught.value) is Verdict.RECONNECT


def _fail_until(conn: psycopg.Connection, number: int, state: str) -> None:
    conn.execute(
        f"do $$ begin if nextval('calls') < {number} then"
        f" raise exception 'not yet' using errcode = '{state}'; end if; end $$".encode()
    )


def test_a_deadlock_is_tried_again_and_the_result_is_that_of_the_last_call(db: psycopg.Connection) -> None:
    db.execute("create sequence calls")

    def call() -> int:
        _fail_until(db, 3, "40P01")
        return 7

    assert with_retries(call) == 7
    assert db.execute("select last_value from calls").fetchone() == (3,)


def test_a_deadlock_that_does_not_end_is_raised_after_a_few_calls(db: psycopg.Connection) -> None:
    db.execute("create sequence calls")
    with pytest.raises(psycopg.errors.SerializationFailure):
        with_retries(lambda: _fail_until(db, 99, "40001"), attempts=3)
    assert db.execute("select last_value from calls").fetchone() == (3,)


def test_what_is_refused_is_called_once(db: psycopg.Connection) -> None:
    db.execute("create sequence calls")
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        with_retries(lambda: _fail_until(db, 99, "22P02"))
    assert db.execute("select last_value from calls").fetchone() == (1,)


@pytest.mark.parametrize(
    ("state", "kind", "message"),
    [
        ("FC001", NotDeployedError, "said (more)"),
        ("FC002", DatabaseError, "said (more)"),
        ("FC004", NotDeployedError, "said (more)"),
        ("FC005", UsageError, "said (more)"),
        ("FC006", UsageError, "said (more)"),
        ("42501", DatabaseError, "the database's role may not do this: said"),
        ("42883", DatabaseError, "flowc is not installed in this database, or not whole: said"),
        ("57P01", DatabaseError, "the database went away or refuses for now: said"),
        ("22P02", DatabaseError, "the database refuses: said (more)"),
    ],
)
def test_errors_become_the_operators_words(
    db: psycopg.Connection, state: str, kind: type[Exception], message: str
) -> None:
    error = as_flowc_error(_error(db, state))
    assert type(error) is kind
    assert error.message == message
    assert error.help in {"do this", "run `flowc install`"}
