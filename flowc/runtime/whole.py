"""Integers for numbers like 5.0, which JSON Schema takes for integers, and of which PostgreSQL keeps the fraction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Shaper = Callable[[Any], Any]


def shaper_of(schema: Mapping[str, Any]) -> Shaper | None:
    """What puts integers where a schema of an annotation wants them, in values that fit it; None if it wants none."""
    kinds = schema.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if "integer" in kinds:
        return None if "number" in kinds else _integer
    if "anyOf" in schema:
        return _only([shaper_of(option) for option in schema["anyOf"]])
    if "array" in kinds:
        item = shaper_of(schema.get("items", {}))
        return None if item is None else lambda value: _array(value, item)
    fields = {name: shaper_of(field) for name, field in schema.get("properties", {}).items()}
    known = {name: shaper for name, shaper in fields.items() if shaper}
    rest = shaper_of(schema["additionalProperties"]) if "additionalProperties" in schema else None
    return (lambda value: _object(value, known, rest)) if known or rest else None


def with_integers(value: Any, places: Sequence[Sequence[str | int]]) -> Any:
    """A copy of a value with integers at these places; None if one of them is no number without a fraction."""
    for place in places:
        value = _replaced(value, place)
        if value is None:
            return None
    return value if places else None


def _replaced(value: Any, place: Sequence[str | int]) -> Any:
    if not place:
        return int(value) if type(value) is float and value.is_integer() else None
    inner = _replaced(value[place[0]], place[1:])
    if inner is None:
        return None
    copy = value.copy()
    copy[place[0]] = inner
    return copy


def _integer(value: Any) -> Any:
    return int(value) if type(value) is float else value


def _array(value: Any, item: Shaper) -> Any:
    if type(value) is not list or (item is _integer and float not in map(type, value)):
        return value
    return [item(one) for one in value]


def _object(value: Any, known: Mapping[str, Shaper], rest: Shaper | None) -> Any:
    if type(value) is not dict:
        return value
    shapers = {name: known.get(name, rest) for name in value}
    return {name: shaper(value[name]) if (shaper := shapers[name]) else value[name] for name in value}


def _only(shapers: list[Shaper | None]) -> Shaper | None:
    """The one shaper of a union; None where it has several, of which nobody knows which one is meant."""
    found = [shaper for shaper in shapers if shaper]
    return found[0] if len(found) == 1 else None
