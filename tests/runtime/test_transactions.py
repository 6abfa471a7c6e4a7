"""What a handler writes with `tx` is committed together with its result, or not at all."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from threading import Event
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from flowc import Handlers, Worker
from flowc.db import queries
from flowc.db.connect import connect
from flowc.errors import HandlersError
from flowc.runtime.outcome import Failed
from flowc.runtime.perform import perform
from flowc.runtime.plan import Plan
from flowc.runtime.transactions import Transactions
from tests.conftest import Clock
from tests.runtime.conftest import PATIENCE, Background, Engine
from tests.runtime.test_perform import TASK, output

FLOW = """
    flow: books
    defaults: {retry: {max_attempts: 2, base_delay: 1ms}}
    steps:
      book: {timeout: 20s}
      after: {depends_on: [book]}
"""


@pytest.fixture
def books(engine: Engine) -> Engine:
    """A deployed flow, and a table of the application's own."""
    engine.deploy(FLOW)
    engine.conn.execute("create table public.entries (run_id text, note text unique)")
    return engine


def entries(engine: Engine) -> list[str]:
    """What the application's table holds."""
    return [note for (note,) in engine.conn.execute("select note from public.entries order by note")]


def handlers_of(book: Callable[..., Any]) -> Handlers:
    handlers = Handlers()
    handlers.register(book, name="book")
    handlers.register(lambda book: [book], name="after")
    return handlers


def write(tx: psycopg.Connection, note: str) -> None:
    tx.execute("insert into public.entries values ('r', %s)", [note])


@pytest.mark.each_postgres
def test_what_is_written_comes_with_the_result_in_one_commit(books: Engine) -> None:
    seen: list[Any] = []

    def book(ctx: Any, tx: psycopg.Connection) -> str:
        write(tx, "kept")
        with tx.transaction():
            write(tx, "in a savepoint")
        seen.append((entries(books), tx.info.dsn != "", tx.autocommit))
        locked = books.conn.execute(
            "select count(*) from pg_locks l join pg_class c on c.oid = l.relation"
            " where l.pid = %s and c.relnamespace = 'flowc'::regnamespace",
            [tx.info.backend_pid],
        ).fetchone()
        assert locked == (0,)
        return "result"

    run_id = books.start("books")
    books.work(handlers_of(book))

    assert books.output(run_id) == {"after": ["result"]}
    assert entries(books) == ["in a savepoint", "kept"]
    assert seen[0][0] == []
    step, task = books.conn.execute(
        "select (select xmin::text from flowc._done where node = d.node limit 1), e.xmin::text"
        " from flowc._done d, public.entries e where e.note = 'kept' limit 1"
    ).fetchone() or (None, None)
    assert step == task


def test_the_worker_tells_of_it_as_of_any_other_task_and_counts_it_once(books: Engine) -> None:
    told: list[str] = []
    run_id = books.start("books")
    books.work(handlers_of(lambda tx: write(tx, "kept")), on_event=lambda event: told.append(event.kind))

    assert sorted(told) == ["completed", "completed", "leased", "leased"]
    assert [task.attempt for task in queries.step_tasks(books.conn, run_id)] == [1, 1]
    assert not queries.invariants(books.conn)


def test_a_handler_that_fails_leaves_nothing(books: Engine) -> None:
    def book(tx: psycopg.Connection, ctx: Any) -> None:
        tx.row_factory = dict_row  # type: ignore[assignment]
        write(tx, f"attempt {ctx.attempt}")
        if ctx.attempt == 1:
            raise ValueError("no")

    run_id = books.start("books")
    books.work(handlers_of(book))

    assert books.status(run_id) == "completed"
    assert books.attempts(run_id) == [("book", 1, "ValueError")]
    assert entries(books) == ["attempt 2"]


def _swallows(tx: psycopg.Connection) -> None:
    write(tx, "a")
    with suppress(psycopg.Error):
        tx.execute("select 1/0")


def _commits(tx: psycopg.Connection) -> None:
    tx.commit()


def _commits_in_sql(tx: psycopg.Connection) -> None:
    tx.execute("rollback")


def _begins_another(tx: psycopg.Connection) -> None:
    tx.execute("rollback")
    tx.execute("begin")
    write(tx, "a")


def _closes(tx: psycopg.Connection) -> None:
    write(tx, "a")
    tx.close()


def _sleeps(tx: psycopg.Connection) -> None:
    write(tx, "a")
    tx.execute("select pg_sleep(60)")


def _returns_no_json(tx: psycopg.Connection) -> Any:
    write(tx, "a")
    return object()


WRONG: dict[str, tuple[Callable[..., Any], str, str, int]] = {
    "swallows an error": (_swallows, "TransactionLost", "a statement with `tx` failed, and the handler went on", 2),
    "commits": (_commits, "ProgrammingError", "Explicit commit() forbidden", 2),
    "ends it in SQL": (_commits_in_sql, "InvalidTransaction", "ended the transaction that it got as `tx`", 1),
    "begins another": (_begins_another, "InvalidTransaction", "ended the transaction that it got as `tx`", 1),
    "closes it": (_closes, "InvalidTransaction", "ended the transaction that it got as `tx`", 1),
    "returns no JSON": (_returns_no_json, "InvalidOutput", "is of type `object`", 1),
    "takes too long": (_sleeps, "QueryCanceled", "canceling statement due to statement timeout", 2),
}


@pytest.mark.parametrize("case", WRONG)
def test_whatever_is_wrong_nothing_is_written_and_one_sentence_says_it(books: Engine, case: str) -> None:
    book, kind, sentence, attempts = WRONG[case]
    if case == "takes too long":
        books.deploy(FLOW.replace("flow: books", "flow: quick").replace("20s", "200ms"))
    run_id = books.start("quick" if case == "takes too long" else "books")
    handlers = handlers_of(book)
    books.work(handlers)

    error = books.error(run_id)
    if case != "takes too long":  # there the worker's own clock may be first
        assert (error["class"], len(books.attempts(run_id))) == (kind, attempts)
        assert sentence in error["message"]
    assert entries(books) == []


def test_a_run_that_is_cancelled_meanwhile_keeps_nothing(books: Engine, background: Callable[..., Background]) -> None:
    inside, go_on, gone = Event(), Event(), Event()

    def book(tx: psycopg.Connection) -> None:
        write(tx, "a")
        inside.set()
        assert go_on.wait(PATIENCE)

    run_id = books.start("books")
    worker = background(handlers_of(book), on_event=lambda event: event.kind == "run_closed" and gone.set())
    assert inside.wait(PATIENCE)
    queries.cancel_run(books.conn, run_id)
    go_on.set()
    assert worker.stop() == 0

    assert books.status(run_id) == "cancelled"
    assert entries(books) == []


def test_an_attempt_that_counts_no_more_writes_nothing(books: Engine, clock: Clock) -> None:
    clock.set("2030-01-01 00:00Z")
    books.start("books")
    [task] = queries.poll_for_tasks(books.conn, 0, "w1", ["book"], 1, timedelta(seconds=30))

    def book(tx: psycopg.Connection) -> None:
        write(tx, "late")
        clock.advance("10 minutes")
        assert queries.expire_leases(books.conn, 0) == 1

    text = queries.get_flow(books.conn, "books")
    assert text is not None
    plan = Plan(json.loads(text), "book", handlers_of(book), {}, transactions=Transactions(books.dsn, "w1"))
    failed = perform(task, plan)

    assert isinstance(failed, Failed)
    assert (failed.error["class"], failed.retryable) == ("TransactionLost", True)
    assert failed.error["message"] == "what was written with `tx` is rolled back: the attempt counts no more (stale)"
    assert entries(books) == []


WORKER = """
import os, signal, sys
from flowc import Handlers, Worker

handlers = Handlers()

@handlers.register
def book(tx):
    tx.execute("insert into public.entries values ('r', 'a')")
    os.kill(os.getpid(), signal.SIGKILL)

Worker(sys.argv[1], handlers).run()
"""


def test_a_worker_that_is_killed_within_leaves_nothing(books: Engine) -> None:
    books.start("books")
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(WORKER), books.dsn], check=False, timeout=PATIENCE)

    assert killed.returncode == -signal.SIGKILL
    assert entries(books) == []


def test_an_async_handler_may_not_ask_for_it() -> None:
    async def book(tx: Any) -> None: ...

    with pytest.raises(HandlersError, match="the async handler `book`") as refused:
        Handlers().register(book)
    assert "make it a plain `def`" in str(refused.value.help)


def test_without_a_database_a_handler_that_asks_for_it_is_not_called() -> None:
    handlers = handlers_of(lambda tx: None)
    failed = perform(TASK, Plan({"flow": "f", "steps": {"book": {"kind": "task"}}}, "book", handlers, {}))
    assert isinstance(failed, Failed)
    assert str(failed.error["message"]).startswith("a handler asks for `tx`, and there is no database for it: ")
    assert (failed.error["class"], failed.retryable) == ("InvalidArguments", False)


def test_a_handler_that_can_do_without_it_is_given_it_where_there_is_a_database(engine: Engine) -> None:
    def handler(tx: Any = None) -> bool:
        return tx is not None

    assert output(handler) is False
    engine.deploy("flow: f\nsteps: {handler: }")
    handlers = Handlers()
    handlers.register(handler)
    run = engine.start("f")
    engine.work(handlers)
    assert engine.output(run) == {"handler": True}


def test_of_a_list_of_handlers_all_share_one_transaction(engine: Engine) -> None:
    engine.deploy("flow: books\nsteps: {book: {handler: [first, second]}}\n")
    engine.conn.execute("create table public.entries (run_id text, note text unique)")
    handlers = Handlers()

    @handlers.register
    def first(tx: Any) -> int:
        write(tx, "first")
        return 1

    @handlers.register
    def second(previous: int, tx: Any) -> Any:
        return [previous, tx.execute("select note from public.entries").fetchall()]

    run_id = engine.start("books")
    engine.work(handlers)
    assert engine.output(run_id) == {"book": [1, [["first"]]]}


def test_a_simulated_run_writes_to_the_connection_that_it_is_lent(db: psycopg.Connection, tmp_path: Any) -> None:
    from flowc.testing import run_flow

    db.execute("create table public.entries (run_id text, note text unique)")
    file = tmp_path / "books.yaml"
    file.write_text(textwrap.dedent(FLOW))

    def book(tx: psycopg.Connection, ctx: Any) -> None:
        write(tx, f"attempt {ctx.attempt}")
        if ctx.attempt == 1:
            raise ValueError("no")

    finished = run_flow(file, {"book": book, "after": lambda book: book}, tx=db)
    assert finished.status == "completed"
    assert db.execute("select note from public.entries").fetchall() == [("attempt 2",)]
    with connect(db.info.dsn) as other:
        assert other.execute("select count(*) from public.entries").fetchone() == (1,)


def test_in_processes_it_leads_to_the_database_of_the_environment(
    books: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLOWC_DATABASE_URL", books.dsn)
    books.deploy("flow: elsewhere\nsteps: {writes: }\n")
    run_id = books.start("elsewhere")
    worker = Worker(books.dsn, "tests.runtime.process_app:handlers", executor="process", concurrency=1, drain=True)
    assert worker.run() == 0

    assert books.output(run_id) == {"writes": None}
    assert entries(books) == ["from a process"]
