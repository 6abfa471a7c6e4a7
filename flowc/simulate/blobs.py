"""Values with blobs in them: how a simulation holds them, and the rows that a database would hold instead."""

from __future__ import annotations

from typing import Any

from flowc.runtime.blobs import Blob
from flowc.runtime.blobs.depot import Depot, marks_json
from flowc.runtime.blobs.marks import Mark, put_in_place, read_marks, taken_out
from flowc.runtime.encode import NotJSON, decode, encode
from flowc.runtime.outcome import Completed


def value_of(outcome: Completed, depot: Depot) -> Any:
    """A result with its blobs in place; those that stand for JSON as what they stand for."""

    def blob(mark: Mark) -> Any:
        found: Blob = depot.at(mark)
        return found.json() if found.is_json else found

    value = decode(outcome.output)
    return value if outcome.blobs is None else put_in_place(value, read_marks(decode(outcome.blobs)), blob)


def row_of(value: Any) -> tuple[str, str | None]:
    """The JSON of a value, null where a blob stands, and the marks of its blobs; None for none."""
    try:
        return encode(value).decode(), None
    except NotJSON:
        without, places = taken_out(value)
        marks = marks_json(places)
        return encode(without).decode(), None if marks is None else marks.decode()
