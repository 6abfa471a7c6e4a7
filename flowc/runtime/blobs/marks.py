"""Marks: where in a JSON value blobs stand; it holds null there, or the few parts that the engine reads."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from flowc.runtime.blobs.blob import Blob

Path = tuple[str, ...]
_DEEPEST = 254


class Mark(NamedTuple):
    """A blob at a place in a value; the segments of the path are keys, and indexes as digits."""

    path: Path
    blob_id: str
    size: int
    media_type: str


class Place(NamedTuple):
    """A blob, and where in a value it stands."""

    path: Path
    blob: Blob

    @property
    def steps(self) -> tuple[str | int, ...]:
        """The path with its indexes as numbers, as people read it."""
        return tuple(int(step) if step.isdecimal() else step for step in self.path)

    def mark(self) -> dict[str, Any]:
        """As it is stored beside the value."""
        blob = self.blob
        return {"path": list(self.path), "blob_id": blob.id, "size": blob.size, "media_type": blob.media_type}


def read_marks(stored: Iterable[Mapping[str, Any]]) -> list[Mark]:
    """The marks of a value, as they are stored beside it; the outer ones first."""
    marks = [Mark(tuple(one["path"]), one["blob_id"], one["size"], one["media_type"]) for one in stored]
    return sorted(marks, key=lambda mark: len(mark.path))


def put_in_place(value: Any, marks: Iterable[Mark], blob_of: Callable[[Mark], Blob]) -> Any:
    """The value with its blobs where they stand; it may be changed. Places that it does not have are left out.

    A blob within another one has the outer one loaded, which may raise BlobError.
    """
    top = [value]
    for mark in marks:
        holder: Any = top
        key: Any = 0
        for segment in mark.path:
            if isinstance(holder[key], Blob):
                holder[key] = holder[key].value()
            holder = holder[key]
            key = int(segment) if isinstance(holder, list) else segment
            if not (key in holder if isinstance(holder, dict) else isinstance(holder, list) and key < len(holder)):
                break
        else:
            holder[key] = blob_of(mark)
    return top[0]


def taken_out(value: Any) -> tuple[Any, list[Place]]:
    """The value with null in place of bytes and blobs, and these with their places."""
    places: list[Place] = []
    return _without(value, (), places, set()), places


def _without(value: Any, path: Path, places: list[Place], inside: set[int]) -> Any:
    if isinstance(value, bytes | bytearray | memoryview | Blob):
        places.append(Place(path, value if isinstance(value, Blob) else Blob(value)))
        return None
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if not isinstance(value, Mapping | list | tuple) or id(value) in inside or len(path) > _DEEPEST:
        return value  # whatever is wrong with it is the encoder's to say
    inside.add(id(value))
    if isinstance(value, Mapping):
        copy: Any = {key: _without(item, (*path, str(key)), places, inside) for key, item in value.items()}
    else:
        copy = [_without(item, (*path, str(number)), places, inside) for number, item in enumerate(value)]
    inside.remove(id(value))
    return copy
