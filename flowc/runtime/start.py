"""Starting a run from an application, within the application's own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, cast

import psycopg
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from flowc.db import queries
from flowc.db.sqlstate import as_flowc_error
from flowc.errors import InvalidInput, NotDeployedError
from flowc.runtime.blobs.blob import JSON, Blob
from flowc.runtime.blobs.depot import keep_input
from flowc.runtime.encode import NotJSON, decode, encode
from flowc.schemas import errors_of

if TYPE_CHECKING:
    from psycopg import AsyncConnection, Connection

_TOLD = 8


def start(
    conn: Connection[Any],
    flow: str,
    input: Any = None,  # noqa: A002 - the flow file's word
    *,
    key: str | None = None,
    priority: int = 0,
) -> str:
    """Start a run of a deployed flow: with ``conn``'s transaction it happens, or it does not.

    Args:
        conn: a connection of psycopg, whatever its row factory; in autocommit the run is started at once.
        flow: the flow's slug.
        input: the run's input: JSON data, and what else handlers may return; None is ``{}``.
        key: the same key for the same flow starts one run only.
        priority: higher first.

    Returns:
        The run's id; with a key that was used before, the first run's.

    Raises:
        InvalidInput: the input does not fit the flow's schema; nothing was sent to the database, and the transaction
            can go on.
        NotDeployedError: there is no such flow; the transaction can go on.
        FlowcError: the database refuses.
    """
    with conn.cursor(row_factory=tuple_row) as cursor:
        as_conn = cast("Connection", cursor)  # executes like one, and its rows are what we expect
        try:
            definition = _definition_of(queries.get_flow(as_conn, flow), flow)
            value = checked_input({} if input is None else input, definition.get("input"))
            value, blobs = keep_input(definition, value, lambda data, kind: _put(as_conn, data, kind))
            return queries.start_flow(as_conn, flow, value, key, priority, input_checked=True, input_blobs=blobs)
        except psycopg.Error as error:
            _refuse(error)


async def start_async(
    conn: AsyncConnection[Any],
    flow: str,
    input: Any = None,  # noqa: A002
    *,
    key: str | None = None,
    priority: int = 0,
) -> str:
    """The same over an asynchronous connection."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        try:
            row = await (await cursor.execute("select flowc.get_flow(%s)", [flow])).fetchone()
            definition = _definition_of(None if row is None else row[0], flow)
            value = checked_input({} if input is None else input, definition.get("input"))
            inline, blobs = keep_input(definition, value, Blob)
            if blobs is not None:
                await cursor.execute("select flowc.put_blob(%b, %s)", [value, JSON])
            marks = None if blobs is None else Jsonb(blobs, dumps=bytes)
            arguments = [flow, Jsonb(inline, dumps=bytes), key, priority, marks]
            started = await cursor.execute("select flowc.start_flow(%s, %s, %s, %s, true, %s)::text", arguments)
            row = await started.fetchone()
        except psycopg.Error as error:
            _refuse(error)
        assert row is not None
        return str(row[0])


def checked_input(value: Any, schema: Any) -> bytes:
    """The input of a run as JSON, once it is known to fit the flow's schema, its top-level defaults merged in.

    Args:
        value: the input.
        schema: what the flow declares, None if nothing.

    Raises:
        InvalidInput: it does not fit, or the database could not hold it; the message names each place.
    """
    try:
        data = decode(encode(value))
    except NotJSON as error:
        raise InvalidInput(f"the input cannot be stored: {error}") from None
    if isinstance(data, dict) and isinstance(schema, dict):
        declared = schema.get("properties", {}).items()
        data = {name: own["default"] for name, own in declared if isinstance(own, dict) and "default" in own} | data
    mistakes = errors_of(schema, data) if schema is not None else []
    if mistakes:
        told = "; ".join(f"`{path}`: {message}" for path, message in mistakes[:_TOLD])
        more = f"; and {len(mistakes) - _TOLD} more" if len(mistakes) > _TOLD else ""
        raise InvalidInput(f"the input does not fit the flow's schema: {told}{more}")
    return encode(data)


def _definition_of(text: str | None, flow: str) -> Mapping[str, Any]:
    if text is None:
        raise NotDeployedError(f"flow `{flow}` is not deployed in this database", help="deploy it with `flowc deploy`")
    definition: Mapping[str, Any] = decode(text)
    return definition


def _put(conn: Connection, data: bytes, media_type: str) -> Blob:
    """Store a large input in the transaction of the start."""
    queries.put_blob(conn, data, media_type)
    return Blob(data, media_type)


def _refuse(error: psycopg.Error) -> NoReturn:
    raise as_flowc_error(error) from error
