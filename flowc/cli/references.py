"""Blobs as people see them in inputs and outputs: a reference in their place, and the command that reads them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flowc.cli.again import again
from flowc.cli.words import size_of


def with_references(text: str, blobs: str | None) -> str:
    """The JSON of a value with the blob's id, size and media type where one stands.

    Args:
        text: the value, as its row has it.
        blobs: the marks of its blobs; None for none.
    """
    if blobs is None:
        return text
    try:
        top = [json.loads(text)]
    except (ValueError, RecursionError):
        return text
    shown: list[list[str]] = []
    for mark in _outer_first(blobs):
        path = mark["path"]
        if any(path[: len(outer)] == outer for outer in shown):
            continue  # it is within another blob
        holder: Any = top
        key: Any = 0
        for segment in path:
            holder = holder[key]
            key = int(segment) if isinstance(holder, list) else segment
        holder[key] = {name: mark[name] for name in ("blob_id", "size", "media_type")}
        shown.append(path)
    return json.dumps(top[0], ensure_ascii=False)


def how_to_read(blobs: str | None) -> Iterator[str]:
    """For each blob of a value, where it stands and the command that reads it."""
    for mark in _outer_first(blobs or "[]"):
        place = ".".join(mark["path"])
        where = f"`{place}` is" if place else "it is"
        read = again(f"flowc blob get {mark['blob_id'][:16]}")
        yield f"{where} a blob of {size_of(mark['size'])}, {mark['media_type']}: {read}"


def _outer_first(blobs: str) -> list[dict[str, Any]]:
    return sorted(json.loads(blobs), key=lambda mark: len(mark["path"]))
