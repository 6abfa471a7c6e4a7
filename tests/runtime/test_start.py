"""A run is started within the caller's transaction, by an input that is checked before anything is stored."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

import flowc
from flowc import Handlers
from flowc.db.connect import connect
from flowc.errors import DatabaseError, FlowcError, InvalidInput, NotDeployedError
from tests.runtime.conftest import Engine

FLOW = """
    flow: order_v1
    input:
      type: object
      required: [url]
      properties: {url: {type: string}, depth: {type: integer, default: 3}}
    steps: {work: }
"""


@pytest.fixture
def shop(engine: Engine) -> Engine:
    engine.deploy(FLOW)
    engine.conn.execute("create table public.orders (id text)")
    return engine


def counts(engine: Engine) -> tuple[Any, ...]:
    """How many orders and runs there are."""
    row = engine.conn.execute(
        "select (select count(*) from public.orders), (select count(*) from flowc.runs)"
    ).fetchone()
    assert row is not None
    return row


def test_a_run_is_there_when_the_callers_transaction_is_and_not_before(shop: Engine) -> None:
    with connect(shop.dsn) as conn:
        with conn.transaction():
            conn.execute("insert into public.orders values ('a')")
            run_id = flowc.start(conn, "order_v1", {"url": "u"})
            assert counts(shop) == (0, 0)
        assert counts(shop) == (1, 1)

        with conn.transaction(force_rollback=True):
            conn.execute("insert into public.orders values ('b')")
            flowc.start(conn, "order_v1", {"url": "u"})
        assert counts(shop) == (1, 1)

    handlers = Handlers()

    @handlers.register
    def work(input: Any) -> Any:  # noqa: A002
        return input

    shop.work(handlers)
    assert shop.output(run_id) == {"work": {"url": "u", "depth": 3}}


def test_a_key_starts_one_run_only(shop: Engine) -> None:
    first = flowc.start(shop.conn, "order_v1", {"url": "u"}, key="a")
    assert flowc.start(shop.conn, "order_v1", {"url": "u"}, key="a") == first
    assert flowc.start(shop.conn, "order_v1", {"url": "u"}, key="b", priority=5) != first
    assert counts(shop) == (0, 2)


@dataclass
class Order:
    url: str


@pytest.mark.parametrize("rows", [dict_row, lambda cursor: lambda values: None])
def test_any_row_factory_will_do_and_dataclasses_are_inputs(shop: Engine, rows: Any) -> None:
    with psycopg.connect(shop.dsn, row_factory=rows) as conn:
        run_id = flowc.start(conn, "order_v1", Order("u"))
        conn.commit()
    row = shop.conn.execute("select input from flowc.runs where run_id = %s", [run_id]).fetchone()
    assert row == ({"url": "u", "depth": 3},)


WRONG: list[tuple[str, Any, type[FlowcError], str]] = [
    ("order_v1", {}, InvalidInput, "the input does not fit the flow's schema: `$`: `url` is missing"),
    ("order_v1", {"url": "u", "depth": "x"}, InvalidInput, '`$.depth`: an integer is needed, got string "x"'),
    ("order_v1", None, InvalidInput, "`url` is missing"),
    ("order_v1", {"url": object()}, InvalidInput, "the input cannot be stored: `$.url` is of type `object`"),
    ("order_v2", {"url": "u"}, NotDeployedError, "flow `order_v2` is not deployed in this database"),
]


@pytest.mark.parametrize(("flow", "given", "kind", "sentence"), WRONG)
def test_what_is_refused_leaves_the_transaction_usable(
    shop: Engine, flow: str, given: Any, kind: type[FlowcError], sentence: str
) -> None:
    with connect(shop.dsn) as conn, conn.transaction():
        conn.execute("insert into public.orders values ('a')")
        with pytest.raises(kind) as refused:
            flowc.start(conn, flow, given)
        assert sentence in refused.value.message
    assert counts(shop) == (1, 0)


def test_the_same_goes_for_asynchronous_connections(shop: Engine) -> None:
    async def work() -> str:
        async with await psycopg.AsyncConnection.connect(shop.dsn, row_factory=dict_row) as conn:
            with pytest.raises(InvalidInput):
                await flowc.start_async(conn, "order_v1", {})
            with pytest.raises(NotDeployedError):
                await flowc.start_async(conn, "order_v2", {})
            run_id = await flowc.start_async(conn, "order_v1", {"url": "u"}, key="a")
            assert counts(shop) == (0, 0)
            return run_id

    run_id = asyncio.run(work())
    assert counts(shop) == (0, 1)
    assert flowc.start(shop.conn, "order_v1", {"url": "other"}, key="a") == run_id


def test_a_database_without_flowc_is_told(empty_dsn: str) -> None:
    with connect(empty_dsn) as conn, pytest.raises(DatabaseError, match="flowc is not installed"):
        flowc.start(conn, "order_v1", {})


def test_sql_callers_learn_of_a_wrong_input_from_the_run(shop: Engine) -> None:
    row = shop.conn.execute("select flowc.start_flow('order_v1', %s)::text", [json.dumps({"url": 5})]).fetchone()
    assert row is not None
    called: list[Any] = []
    handlers = Handlers()

    @handlers.register
    def work(input: Any) -> None:  # noqa: A002
        called.append(input)

    shop.work(handlers)

    error = shop.error(row[0])
    assert error["class"] == "InvalidInput"
    assert "the run's input does not fit its schema at `$.url`: a string is needed, got integer 5" in error["message"]
    assert shop.attempts(row[0]) == [("work", 1, "InvalidInput")]
    assert not called
