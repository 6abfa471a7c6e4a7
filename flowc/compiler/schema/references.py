"""The references in one JSON Schema, and the schema with others in their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from flowc.compiler.schema.keywords import BY_NAME, DIRECTLY

if TYPE_CHECKING:
    from flowc.compiler.document import Path

_DEFINITIONS = frozenset({"$defs", "definitions"})
# What only matters within a file of its own.
_OF_FILES = _DEFINITIONS | {"$anchor", "$id", "$schema"}


class Reference(NamedTuple):
    """A `$ref`: the place of its value in the schema, what it names, and whether a `$id` around it gives another base.

    The `$id` of the schema as a whole does not count: it stands for the file.
    """

    path: Path
    name: str
    rebased: bool


def references_in(schema: Any, *, definitions: bool = True) -> Iterator[Reference]:
    """The references in a schema; without ``definitions``, none of those below `$defs`."""
    skipped = frozenset() if definitions else _DEFINITIONS
    return _references(schema, (), skipped, False)


def _references(schema: Any, path: Path, skipped: frozenset[str], rebased: bool) -> Iterator[Reference]:
    if type(schema) is list:
        for index, inner in enumerate(schema):
            yield from _references(inner, (*path, index), skipped, rebased)
    elif type(schema) is dict:
        rebased = rebased or (bool(path) and "$id" in schema)
        for keyword, value in schema.items():
            if keyword == "$ref" and type(value) is str:
                yield Reference((*path, keyword), value, rebased)
            elif keyword in skipped:
                continue
            elif keyword in BY_NAME and type(value) is dict:
                for name, inner in value.items():
                    yield from _references(inner, (*path, keyword, name), skipped, rebased)
            elif keyword in DIRECTLY:
                yield from _references(value, (*path, keyword), skipped, rebased)


def referring(schema: Any, renamed: Mapping[Path, str | None]) -> Any:
    """The schema with other references at some places, and without those for which there is None."""
    return _referring(schema, (), renamed)


def _referring(schema: Any, path: Path, renamed: Mapping[Path, str | None]) -> Any:
    if type(schema) is list:
        return [_referring(inner, (*path, index), renamed) for index, inner in enumerate(schema)]
    if type(schema) is not dict:
        return schema
    body: dict[str, Any] = {}
    for keyword, value in schema.items():
        place = (*path, keyword)
        if place in renamed:
            if (name := renamed[place]) is not None:
                body[keyword] = name
        elif keyword in BY_NAME and type(value) is dict:
            body[keyword] = {name: _referring(inner, (*place, name), renamed) for name, inner in value.items()}
        else:
            body[keyword] = _referring(value, place, renamed) if keyword in DIRECTLY else value
    return body


def without_definitions(schema: Any) -> Any:
    """The schema without what only references within its file would name."""
    if type(schema) is list:
        return [without_definitions(inner) for inner in schema]
    if type(schema) is not dict:
        return schema
    body: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword in _OF_FILES:
            continue
        if keyword in BY_NAME and type(value) is dict:
            body[keyword] = {name: without_definitions(inner) for name, inner in value.items()}
        else:
            body[keyword] = without_definitions(value) if keyword in DIRECTLY else value
    return body
