"""The depot of workers and commands: each blob has a row in the database, its bytes are there or in another store."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache, partial
from hashlib import sha256
from itertools import count
from threading import BoundedSemaphore, Lock
from typing import TypeVar

import psycopg
from psycopg import Connection

from flowc.db import queries
from flowc.db.sqlstate import as_flowc_error
from flowc.db.transaction import read_committed
from flowc.errors import DatabaseError, FlowcError
from flowc.runtime.blobs.blob import BYTES, Blob, verified
from flowc.runtime.blobs.depot import INLINE_LIMIT
from flowc.runtime.blobs.marks import Mark
from flowc.runtime.blobs.stores import TABLE, checked_store, store_of
from flowc.runtime.blobs.trouble import BlobError, BlobMissing, BlobNotStored
from flowc.runtime.line import Line

T = TypeVar("T")

_PIECE = 1024 * 1024
_MOST_LINES = 4
# Bytes of blobs that were read lately: the elements of a map often read the same ones.
_REMEMBERED = 64 * 1024 * 1024


class Warehouse:
    """Blobs of a database, for several threads at once.

    Args:
        url: the database.
        store: where new blobs go: ``table``, ``folder:/path``, ``s3://bucket/prefix``; each stays where it is.
        inline_limit: bytes of JSON up to which a value stays in its row.
        patience: how many seconds to wait for a database that is away.

    Raises:
        UsageError: there is no such store.
    """

    def __init__(
        self,
        url: str,
        store: str = TABLE,
        inline_limit: int = INLINE_LIMIT,
        patience: Callable[[], float] = lambda: math.inf,
    ) -> None:
        self.inline_limit = inline_limit
        self.store = checked_store(store)
        if self.store != TABLE:
            store_of(self.store)
        self._url = url
        self._patience = patience
        self._idle: list[Line] = []
        self._closed = False
        self._places = BoundedSemaphore(_MOST_LINES)
        self._remembered = _Remembered(_REMEMBERED)

    def __reduce__(self) -> tuple[Callable[[str, str, int], Warehouse], tuple[str, str, int]]:
        """In another process it is one that all blobs share there."""
        return _shared, (self._url, self.store, self.inline_limit)

    def put(self, data: bytes, media_type: str = BYTES) -> Blob:
        """Store these bytes, if they are not there already; they are committed when this returns.

        Raises:
            BlobNotStored: the store, or the database, does not take them.
        """
        blob_id = sha256(data).hexdigest()
        blob = Blob.stored(blob_id, len(data), media_type, self)
        try:
            if self.store != TABLE:
                self._put_elsewhere(blob, data)
            elif len(data) <= _PIECE:
                self._call(lambda conn: queries.put_blob(conn, data, media_type))
            else:
                self._call(lambda conn: _put_pieces(conn, blob, data))
        except BlobError:
            raise
        except FlowcError as error:
            raise BlobNotStored(
                f"a blob of {len(data):,} bytes cannot be stored: {error.message}", help=error.help
            ) from None
        return blob

    def find(self, blob_id: str) -> Blob:
        """A stored blob by its id.

        Raises:
            BlobMissing: there is none.
            DatabaseError: the database does not answer.
        """
        size, media_type, _ = self._row(blob_id)
        return Blob.stored(blob_id, size, media_type, self)

    def at(self, mark: Mark) -> Blob:
        """The blob of a mark."""
        return Blob.stored(mark.blob_id, mark.size, mark.media_type, self)

    def read(self, blob_id: str) -> bytes:
        """The bytes of a blob, held against its id; raises BlobError."""
        data = self._remembered.get(blob_id)
        if data is None:
            data = b"".join(verified(self.pieces(blob_id), blob_id))
            self._remembered.add(blob_id, data)
        return data

    def pieces(self, blob_id: str) -> Iterator[bytes]:
        """The bytes of a blob, piece by piece; raises BlobError."""
        try:
            _, _, store = self._row(blob_id)
            if store == TABLE:
                yield from self._table_pieces(blob_id)
            else:
                yield from self._pieces_of(store, blob_id)
        except DatabaseError as error:
            raise BlobError(f"blob {blob_id} cannot be read: {error.message}", help=error.help) from None

    def collect(self, older_than: timedelta = timedelta(0)) -> tuple[int, int]:
        """Delete blobs that no run refers to; returns how many, and their bytes.

        Those are left alone that are younger than ``older_than``, or than the longest attempt that may be under way.

        Raises:
            FlowcError: the database refuses, or a store does not let go of one.
        """
        taken = size = 0
        while found := self._call(lambda conn: queries.collect_blobs(conn, older_than)):
            before = taken
            for blob_id, its_size, store in found:
                if store == TABLE or self._call(lambda conn, i=blob_id, s=store: _drop(conn, i, s)):  # type: ignore[misc]
                    taken, size = taken + 1, size + its_size
            if taken == before:
                break
        return taken, size

    def close(self) -> None:
        """Close the connections; those that are in use when their call is over."""
        self._closed = True
        while self._idle:
            self._idle.pop().hang_up()

    def _put_elsewhere(self, blob: Blob, data: bytes) -> None:
        store = store_of(self.store)
        if not self._call(lambda conn: queries.keep_blob(conn, blob.id, blob.size, blob.media_type, self.store)):
            store.put(blob.id, data)
            if not self._call(lambda conn: queries.finish_blob(conn, blob.id)):
                raise BlobNotStored(
                    f"blob {blob.id} was collected while it was stored", help="the next attempt stores it"
                )

    def _pieces_of(self, store: str, blob_id: str) -> Iterator[bytes]:
        """From where the blob was put; or from this worker's own store, where the other one is not to be had."""
        try:
            yield from store_of(store).pieces(blob_id)
        except BlobMissing:
            if self.store in (TABLE, store):
                raise
            yield from store_of(self.store).pieces(blob_id)

    def _table_pieces(self, blob_id: str) -> Iterator[bytes]:
        for number in count():
            piece = self._call(partial(queries.get_blob_chunk, blob_id=blob_id, n=number))
            if piece is None:
                return
            yield piece

    def _row(self, blob_id: str) -> tuple[int, str, str]:
        row = self._call(lambda conn: queries.find_blob(conn, blob_id))
        if row is None:
            raise BlobMissing(f"there is no blob {blob_id} in the database", help="it was deleted, or never stored")
        return row

    def _call(self, query: Callable[[Connection], T]) -> T:
        with self._line() as line:
            try:
                return line.call(query)
            except psycopg.Error as error:
                raise as_flowc_error(error) from None

    @contextmanager
    def _line(self) -> Iterator[Line]:
        """A connection for one call, of the few that there are."""
        with self._places:
            try:
                line = self._idle.pop()
            except IndexError:
                line = Line(self._url, "flowc blobs", self._patience)
            try:
                yield line
            finally:
                if self._closed:
                    line.hang_up()
                else:
                    self._idle.append(line)


class _Remembered:
    """The bytes of blobs that were read lately, up to so many in all."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._blobs: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, blob_id: str) -> bytes | None:
        with self._lock:
            if blob_id in self._blobs:
                self._blobs.move_to_end(blob_id)
            return self._blobs.get(blob_id)

    def add(self, blob_id: str, data: bytes) -> None:
        if len(data) > self._most // 2:
            return
        with self._lock:
            if blob_id not in self._blobs:
                self._blobs[blob_id] = data
                self._held += len(data)
            while self._held > self._most:
                self._held -= len(self._blobs.popitem(last=False)[1])


@cache
def _shared(url: str, store: str, inline_limit: int) -> Warehouse:
    return Warehouse(url, store, inline_limit)


def _put_pieces(conn: Connection, blob: Blob, data: bytes) -> None:
    """Store a large blob in the table, in one transaction; no copy of it is made."""
    view = memoryview(data)
    with read_committed(conn):
        if not queries.keep_blob(conn, blob.id, blob.size, blob.media_type, TABLE):
            for number, start in enumerate(range(0, len(data), _PIECE)):
                queries.put_blob_chunk(conn, blob.id, number, view[start : start + _PIECE])
            queries.finish_blob(conn, blob.id)


def _drop(conn: Connection, blob_id: str, store: str) -> bool:
    """Delete a collected blob's bytes, unless somebody stores the same again; the row goes only if they went."""
    with read_committed(conn):
        if not queries.drop_blob(conn, blob_id):
            return False
        store_of(store).delete(blob_id)
        return True
