"""The keywords of one JSON Schema, read tolerantly: what is malformed says nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

KINDS: Final = ("null", "boolean", "number", "string", "array", "object")
FAR: Final = float("inf")

_KIND_OF: Mapping[type, str] = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}
# Keywords that hold schemas by name, and those that hold one or a list of them; all others hold data.
BY_NAME = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
DIRECTLY = frozenset(
    {"additionalProperties", "allOf", "anyOf", "contains", "else", "if", "items", "not", "oneOf", "prefixItems", "then"}
) | {"propertyNames", "unevaluatedItems", "unevaluatedProperties"}
# What a `type` may name: the kind, and whether its numbers are whole.
NAMED: Mapping[str, tuple[str, bool]] = {**{kind: (kind, False) for kind in KINDS}, "integer": ("number", True)}
# What may add fields beside those that a schema lists.
_OPENS = ("additionalProperties", "unevaluatedProperties", "$dynamicRef", "dependentSchemas", "if")
# Of more patterns than these none is tried; a group is not looked into.
_MOST_PATTERNS = 50
_ANY_NAME = "()"
# Regular expressions that everybody reads alike: no groups, no escapes, no counts.
_SIMPLE = re.compile(r"[A-Za-z0-9_ .^$*+?|/@\[\]-]*")
_PECULIAR = re.compile(r"\[[^\]]*\[|--|[*+?][*+]|\[\]|\[\^\]")


def schemas_in(schema: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """The schema, and all schemas in it at whatever depth, with their paths."""
    if type(schema) is list:
        for index, inner in enumerate(schema):
            yield from schemas_in(inner, (*path, index))
    elif type(schema) is dict:
        yield path, schema
        for keyword, value in schema.items():
            if keyword in BY_NAME and type(value) is dict:
                for name, inner in value.items():
                    yield from schemas_in(inner, (*path, keyword, name))
            elif keyword in DIRECTLY:
                yield from schemas_in(value, (*path, keyword))


def kind_of(value: Any) -> str:
    """The kind of a JSON value; integers are numbers."""
    return _KIND_OF[type(value)]


def kinds_of(written: Any) -> list[tuple[str, bool]]:
    """The kinds that a `type` names, and whether its numbers are whole; all, where it is absent or malformed."""
    names = written if type(written) is list else [written]
    if not names or not all(type(name) is str and name in NAMED for name in names):
        return [(kind, False) for kind in KINDS]
    found: dict[str, bool] = {}
    for name in names:
        kind, whole = NAMED[name]
        found[kind] = whole and found.get(kind, True)
    return list(found.items())


def names_kind(schema: dict[str, Any]) -> bool:
    """Whether a schema has a `type` that is none but known ones."""
    written = schema.get("type")
    names = written if type(written) is list else [written]
    return bool(names) and all(type(name) is str and name in NAMED for name in names)


def mapping(schema: dict[str, Any], keyword: str) -> dict[str, Any]:
    """The value of a keyword that takes an object."""
    value = schema.get(keyword)
    return value if type(value) is dict else {}


def listed(schema: dict[str, Any], keyword: str) -> list[Any]:
    """The value of a keyword that takes an array."""
    value = schema.get(keyword)
    return value if type(value) is list else []


def number(schema: dict[str, Any], keyword: str, otherwise: float) -> float:
    """The value of a keyword that takes a number."""
    value: Any = schema.get(keyword)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else otherwise


def at_field(schema: dict[str, Any], name: str) -> Iterator[Any]:
    """The schemas that are for the value at ``name`` of an object."""
    properties = mapping(schema, "properties")
    found = name in properties
    if found:
        yield properties[name]
    for pattern, inner in _patterns(schema).items():
        matches = _matches(pattern, name)
        found |= matches is not False
        if matches:
            yield inner
    if not found and "additionalProperties" in schema:
        yield schema["additionalProperties"]


def lists_field(schema: dict[str, Any], name: str) -> bool:
    """Whether a schema names the field, among its properties or its patterns."""
    if name in mapping(schema, "properties"):
        return True
    return any(_matches(pattern, name) is not False for pattern in _patterns(schema))


def is_open(schema: dict[str, Any]) -> bool:
    """Whether a schema says that there may be fields besides those it lists."""
    return any(keyword in schema and schema[keyword] is not False for keyword in _OPENS)


def _patterns(schema: dict[str, Any]) -> dict[str, Any]:
    """The schemas of fields by patterns of their names; one that may be for any field where there are too many."""
    found = mapping(schema, "patternProperties")
    return found if len(found) <= _MOST_PATTERNS else {_ANY_NAME: True}


def _matches(pattern: str, name: str) -> bool | None:
    """Whether a regular expression finds something in ``name``; None where some may read it in another way."""
    finds = _finder(pattern) if name.isascii() and "\n" not in name else None
    return None if finds is None else finds(name)


@lru_cache(maxsize=1024)
def _finder(pattern: str) -> Callable[[str], bool] | None:
    """What finds a regular expression in a name: the validator itself, which no pattern keeps busy for ever."""
    from flowc.schemas import SchemaError, test_of

    if not _SIMPLE.fullmatch(pattern) or _PECULIAR.search(pattern):
        return None
    try:
        return test_of({"pattern": pattern})
    except SchemaError:
        return None
