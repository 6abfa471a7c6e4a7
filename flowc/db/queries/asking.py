"""How the queries ask: one value or one list of answers, JSON as the text that it is, keys as the tables have them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.types.json import Jsonb

Json = str | bytes


def value_of(conn: Connection, query: LiteralString, arguments: Sequence[object], *, binary: bool = False) -> Any:
    """The one value that a query answers."""
    row = conn.execute(query, arguments, binary=binary).fetchone()
    assert row is not None
    return row[0]


def answers_of(conn: Connection, query: LiteralString, arguments: Sequence[object]) -> list[str]:
    """The list of words that a query answers."""
    return list(value_of(conn, query, arguments))


def keys_of(
    run_ids: Sequence[str], step_slugs: Sequence[str], task_indexes: Sequence[int | None], attempts: Sequence[int]
) -> list[object]:
    """The keys of tasks as the SQL functions take them."""
    return [list(run_ids), list(step_slugs), list(task_indexes), list(attempts)]


def bucket_of(run_id: str) -> int:
    """The bucket that a run's id names: every key begins with it, and without it no index is of use."""
    return int(run_id[-4:], 16)


def as_jsonb(text: Json) -> Jsonb:
    """JSON as an argument: the text that it is."""
    return Jsonb(text, dumps=_as_it_is)


def _as_it_is(text: Json) -> Json:
    return text
