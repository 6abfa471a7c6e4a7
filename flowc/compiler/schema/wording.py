"""Types in words: `an integer`, `a string or null`, `one of 1, 2`."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from flowc.compiler.schema.keywords import FAR, kind_of
from flowc.compiler.schema.types import Shape, Type

_ARTICLES = {"null": "null", "integer": "an integer", "array": "an array", "object": "an object"}
_SHOWN = 40
_LISTED = 8


def described(one: Type) -> str:
    """What values a type has: `a string or null`, `one of 1, 2`; `any value` where it has all kinds."""
    words = list(dict.fromkeys(_words(shape) for shape in one.shapes))
    if not words:
        return "nothing"
    words.sort(key="null".__eq__)
    return " or ".join(words) if len(words) < 6 else "any value"


def kinds(one: Type) -> str:
    """Of which kinds the values of a type are: `a string or null`."""
    words = list(dict.fromkeys(_article(_kind(shape)) for shape in one.shapes))
    words.sort(key="null".__eq__)
    return " or ".join(words) if 0 < len(words) < 6 else "any value"


def without_null(one: Type) -> Type:
    """The type without its null, where it has anything else."""
    shapes = tuple(shape for shape in one.shapes if shape.kind != "null")
    return Type(shapes) if shapes else one


def literal(value: Any) -> str:
    """A value of the author's as JSON, shortened."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN and text.isprintable() else f"a long {_name(value)}"


def kind_word(value: Any) -> str:
    """The kind of a value with its article: `a string`, `an integer`."""
    return _article(_name(value))


def literal_list(values: tuple[Any, ...] | list[Any]) -> str:
    """Literals as a list that stops at eight."""
    shown = ", ".join(literal(value) for value in values[:_LISTED])
    return shown if len(values) <= _LISTED else f"{shown} and {len(values) - _LISTED} more"


@lru_cache(maxsize=256)  # thousands of reports may be on one field
def _words(shape: Shape) -> str:
    if shape.kind == "null":
        return "null"
    if shape.values is not None and shape.kind not in ("array", "object"):
        return literal_list(shape.values) if len(shape.values) == 1 else f"one of {literal_list(shape.values)}"
    return f"{_article(_kind(shape))}{_bounds(shape)}"


def _bounds(shape: Shape) -> str:
    """The bounds of a number and of a string's length, where there are such: ` from 0 up to 1`."""
    if shape.kind not in ("number", "string") or shape.values is not None:
        return ""
    least, most = shape.least(), shape.most()
    lower = f" from {least}" if least > -FAR else ""
    upper = "" if most is None else f" up to {most}"
    return f"{lower}{upper}{' characters' if shape.kind == 'string' and (lower or upper) else ''}"


def _kind(shape: Shape) -> str:
    return "integer" if shape.whole else shape.kind


def _name(value: Any) -> str:
    return "integer" if type(value) is int else kind_of(value)


def _article(kind: str) -> str:
    return _ARTICLES.get(kind, f"a {kind}")
