"""Whether a result gives a secret away, and where in it: the sentence that refuses it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flowc.runtime.blobs.marks import Place
from flowc.runtime.encode import decode, encode
from flowc.runtime.guard import Guard
from flowc.schemas import path_text

_Finder = Callable[[bytes], str | None]


def leak_in(output: bytes, guard: Guard) -> str | None:
    """What is to be said of a result, as JSON, that holds the value of a secret; None if it holds none."""
    name = guard.found_in_json(output)
    return None if name is None else _said(name, _way_to(decode(output), guard.found_in_json), guard)


def leak_in_blobs(places: Iterable[Place], guard: Guard) -> str | None:
    """The same of the blobs in a result, their bytes and their media types.

    Raises:
        BlobError: one cannot be read.
    """
    if not guard.knows_any:
        return None
    for place in places:
        blob = place.blob
        name = guard.found_in_bytes(blob.media_type.encode()) or guard.found_in_bytes(blob.bytes())
        if name is not None:
            return _said(name, place.steps, guard)
    return None


def _said(name: str, way: Iterable[str | int], guard: Guard) -> str:
    path = path_text(tuple(guard.mask(key) if isinstance(key, str) else key for key in way))
    return f"the result holds the value of the secret `{name}` at `{path}`, which is never stored"


def _way_to(value: Any, find: _Finder) -> list[str | int]:
    """The path to the innermost value, or key, that holds it; by halves, so that a long list is quick."""
    way: list[str | int] = []
    while isinstance(value, dict | list) and value:
        items: list[tuple[Any, Any]] = list(value.items() if isinstance(value, dict) else enumerate(value))
        while len(items) > 1:
            half = items[: len(items) // 2]
            items = half if find(_part(value, half)) else items[len(half) :]
        [(key, item)] = items
        within = find(encode(item))
        if within or find(_part(value, items)):
            way.append(key)
        if not within:
            break
        value = item
    return way


def _part(whole: dict[str, Any] | list[Any], items: list[tuple[Any, Any]]) -> bytes:
    return encode(dict(items) if isinstance(whole, dict) else [item for _, item in items])
