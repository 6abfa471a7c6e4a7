"""Blobs in the database: announced, stored, found and collected."""

from __future__ import annotations

from datetime import timedelta
from typing import LiteralString

from psycopg import Connection

from flowc.db.queries.asking import value_of
from flowc.db.rows import StoredBlob


def keep_blob(conn: Connection, blob_id: str, size: int, media_type: str, store: str) -> bool:
    """Announce a blob that is about to be stored; whether its bytes are there already."""
    return bool(value_of(conn, "select flowc.keep_blob(%s, %s, %s, %s)", [blob_id, size, media_type, store]))


def put_blob(conn: Connection, data: bytes, media_type: str, keep: timedelta | None = None) -> str:
    """Store bytes in the database's own table; the answer is their id."""
    return str(value_of(conn, "select flowc.put_blob(%b, %s, %s)", [data, media_type, keep]))


def put_blob_chunk(conn: Connection, blob_id: str, n: int, data: bytes | memoryview) -> None:
    """Store the piece number ``n`` of an announced blob in the database's own table."""
    conn.execute("select flowc.put_blob_chunk(%s, %s, %b)", [blob_id, n, data])


def finish_blob(conn: Connection, blob_id: str) -> bool:
    """Say that an announced blob is stored whole; False if it is announced no more."""
    return bool(value_of(conn, "select flowc.finish_blob(%s)", [blob_id]))


def find_blob(conn: Connection, blob_id: str) -> tuple[int, str, str] | None:
    """Size in bytes, media type and store of a blob; None if there is none."""
    row: tuple[int, str, str] | None = conn.execute(
        "select size, media_type, store from flowc.find_blob(%s)", [blob_id]
    ).fetchone()
    return row


def get_blob(conn: Connection, blob_id: str) -> bytes:
    """The bytes of a blob in the database's own table."""
    return bytes(value_of(conn, "select flowc.get_blob(%s)", [blob_id], binary=True))


def get_blob_chunk(conn: Connection, blob_id: str, n: int) -> bytes | None:
    """The piece number ``n`` of a blob in the database's own table; None behind the last."""
    piece: bytes | None = value_of(conn, "select flowc.get_blob_chunk(%s, %s)", [blob_id, n], binary=True)
    return piece


def collect_blobs(
    conn: Connection, older_than: timedelta = timedelta(0), max_blobs: int = 1000
) -> list[tuple[str, int, str]]:
    """Delete blobs that no run refers to: id, size and store of each; outside of the database their bytes are left."""
    query: LiteralString = "select blob_id, size, store from flowc.collect_blobs(%s, %s)"
    return conn.execute(query, [older_than, max_blobs]).fetchall()


def drop_blob(conn: Connection, blob_id: str) -> bool:
    """Let go of a collected blob whose bytes are deleted in the same transaction; False if somebody stored it again."""
    return bool(value_of(conn, "select flowc.drop_blob(%s)", [blob_id]))


def blob_ids(conn: Connection, beginning: str, limit: int) -> list[str]:
    """The ids of blobs that begin like that, in their order."""
    query: LiteralString = "select blob_id from flowc.blobs where starts_with(blob_id, %s) order by blob_id limit %s"
    return [blob_id for (blob_id,) in conn.execute(query, [beginning, limit])]


def blobs(conn: Connection, limit: int | None = None) -> list[StoredBlob]:
    """Blobs, the latest first."""
    query: LiteralString = (
        "select blob_id, size, media_type, store, ready, runs, stored_at, keep_until from flowc.blobs"
        " order by stored_at desc, blob_id limit %s"
    )
    return list(map(StoredBlob._make, conn.execute(query, [limit]).fetchall()))
