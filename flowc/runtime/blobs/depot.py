"""What the runtime asks of whatever keeps blobs, the depot of a test or a simulation, and when a value goes there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import orjson

from flowc.references import INPUT
from flowc.runtime.blobs.blob import BYTES, JSON, Blob, Source
from flowc.runtime.blobs.marks import Mark, Place
from flowc.runtime.blobs.needs import Needs, needs_of, parts_of
from flowc.runtime.blobs.trouble import BlobMissing, BlobTooLarge
from flowc.runtime.encode import decode, encode

# Bytes of JSON up to which a value stays in its row.
INLINE_LIMIT = 64 * 1024
# Bytes of one blob: what a bytea of PostgreSQL, and with it `flowc.get_blob`, can return.
MAX_BYTES = 1024 * 1024 * 1024 - 1024


class Depot(Source, Protocol):
    """Keeps blobs."""

    @property
    def inline_limit(self) -> int:
        """Bytes of JSON up to which a value stays in its row."""

    def put(self, data: bytes, media_type: str = BYTES) -> Blob:
        """Store these bytes, if they are not there already; raises BlobNotStored."""

    def find(self, blob_id: str) -> Blob:
        """A stored blob by its id; raises BlobMissing."""

    def at(self, mark: Mark) -> Blob:
        """The blob of a mark; whether its bytes are there is seen when they are read."""


class MemoryDepot:
    """Blobs in memory, of a simulation; values stay in their rows whatever their size, bytes cannot."""

    def __init__(self, inline_limit: int = 2**62) -> None:
        self.inline_limit = inline_limit
        self._blobs: dict[str, Blob] = {}

    def put(self, data: bytes, media_type: str = BYTES) -> Blob:
        """Keep these bytes."""
        blob = Blob(data, media_type)
        return self._blobs.setdefault(blob.id, blob)

    def find(self, blob_id: str) -> Blob:
        """A kept blob by its id; raises BlobMissing."""
        if blob_id not in self._blobs:
            raise BlobMissing(f"there is no blob {blob_id}")
        return self._blobs[blob_id]

    def at(self, mark: Mark) -> Blob:
        """The blob of a mark."""
        return Blob(self.find(mark.blob_id).bytes(), mark.media_type)

    def read(self, blob_id: str) -> bytes:
        """The bytes of a blob; raises BlobMissing."""
        return self.find(blob_id).bytes()

    def pieces(self, blob_id: str) -> Iterator[bytes]:
        """The bytes of a blob; raises BlobMissing."""
        yield self.read(blob_id)


def keep(value: bytes, places: Sequence[Place], needs: Needs | None, depot: Depot) -> tuple[bytes, bytes | None]:
    """What goes into the row of a value: the JSON that stays there, and the marks of what is in the depot by now.

    Args:
        value: the value as JSON, null where blobs stand.
        places: these blobs.
        needs: what the engine reads of the value.
        depot: where blobs are put.

    Raises:
        BlobNotStored: the depot does not take them.
        BlobError: a blob that is passed on cannot be read.
    """

    def put(data: bytes, media_type: str) -> Blob:
        if len(data) > MAX_BYTES:
            raise BlobTooLarge(f"{len(data):,} bytes are too many for a blob; {MAX_BYTES:,} is the most that is kept")
        return depot.put(data, media_type)

    rest = what_stays(value, needs, depot.inline_limit)
    inline = value if rest is None else rest
    kept = [] if rest is None else [Place((), put(value, JSON))]
    for path, blob in places:
        if not path and blob.is_json and needs:
            inline = _rest(blob.json(), needs)
        stored = blob if blob.is_in(depot) else put(blob.bytes(), blob.media_type)
        if stored.media_type != blob.media_type:
            stored = Blob.stored(blob.id, blob.size, blob.media_type, depot)
        kept.append(Place(path, stored))
    return inline, marks_json(kept)


def what_stays(value: bytes, needs: Needs | None, limit: int) -> bytes | None:
    """The JSON that stays in the row of a value that goes to a blob; None if the value stays there itself.

    It does where it is not over the limit in bytes, and where the engine reads most of it.
    """
    if len(value) <= limit:
        return None
    rest = _rest(decode(value), needs) if needs else b"null"
    return rest if 2 * len(rest) < len(value) else None


def keep_input(
    definition: Mapping[str, Any], value: bytes, put: Callable[[bytes, str], Blob], limit: int = INLINE_LIMIT
) -> tuple[bytes, bytes | None]:
    """What goes into the row of a run's input, and its marks if it is a large one; ``put`` stores that."""
    if len(value) <= limit:
        return value, None
    rest = what_stays(value, needs_of(definition).get(INPUT), limit)
    return (value, None) if rest is None else (rest, marks_json([Place((), put(value, JSON))]))


def marks_json(places: Sequence[Place]) -> bytes | None:
    """Marks as they are stored beside a value; None for none."""
    return orjson.dumps([place.mark() for place in places]) if places else None


def _rest(value: Any, needs: Needs) -> bytes:
    return encode(parts_of(value, needs))
