"""What conditions say of a value: its type where patterns matched, and where they did not."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from flowc.compiler.schema.types import Shape, Type, both, disjoint, either, key_of, of

# Of more patterns, and of more places, nothing is said: less is found.
_MOST = 200
_PLACES = 8
# In place of values that have no end, or of which none is denied.
_ALL: list[Any] = [...]

if TYPE_CHECKING:
    from collections.abc import Iterable


def where_matched(one: Type, patterns: Iterable[Any]) -> Type:
    """The values of ``one`` that one of the patterns may match."""
    return _within(one, either([of(_as_schema(pattern)) for pattern in patterns]))


def where_unmatched(one: Type, patterns: Iterable[Any]) -> Type:
    """The values of ``one`` that no pattern matches, of those that ask a single place for a scalar."""
    denied: dict[tuple[str, ...], list[Any]] = {}
    for pattern in islice(patterns, _MOST):
        path: list[str] = []
        end = pattern
        while type(end) is dict and len(end) == 1:
            [(name, end)] = end.items()
            path.append(name)
        if type(end) is not dict and type(end) is not list:
            denied.setdefault(tuple(path), []).append(end)
    for place, values in islice(denied.items(), _PLACES):
        one = Type(tuple([left for shape in one.shapes for left in _unmatched(shape, place, values)]))
    return one


def _unmatched(shape: Shape, path: tuple[str, ...], values: list[Any]) -> tuple[Shape, ...]:
    """What is left of a shape without those with one of ``values`` at ``path``, as far as its schema lists that."""
    here = Type((shape,))
    is_sure = True
    for name in path:
        objects = here.of_kind("object")
        if len(objects) != 1 or not objects[0].lists(name):
            return (shape,)
        is_sure = is_sure and len(here.shapes) == 1 and objects[0].requires(name)
        here = objects[0].field(name)
    if not all(inner.is_declared for inner in here.shapes):
        return (shape,)
    others = [_others(inner, {key_of(value) for value in values}) for inner in here.shapes]
    if not any(others):
        return () if is_sure else (shape,)
    if all(other is _ALL for other in others):
        return (shape,)
    schemas = [
        {"type": inner.kind} if other is _ALL else {"enum": other}
        for inner, other in zip(here.shapes, others, strict=True)
        if other
    ]
    schema: dict[str, Any] = {"anyOf": schemas}
    for name in reversed(path):
        schema = {"properties": {name: schema}, "additionalProperties": True}
    return both(Type((shape,)), of(schema)).shapes


def _within(one: Type, other: Type) -> Type:
    """The values that both have, without the alternatives of ``one`` that have none of them."""
    return both(Type(tuple([shape for shape in one.shapes if not disjoint(Type((shape,)), other)])), other)


def _others(shape: Shape, denied: set[Any]) -> list[Any]:
    """The values of a shape without those that are denied; all of them where they have no end."""
    values = shape.values
    if values is None and shape.kind not in ("boolean", "null"):
        return _ALL
    if values is None:
        values = (None,) if shape.kind == "null" else (False, True)
    left = [other for other in values if key_of(other) not in denied]
    return left if len(left) < len(values) or shape.values is None else _ALL


def _as_schema(pattern: Any) -> dict[str, Any]:
    """A schema of the values that match a pattern."""
    if type(pattern) is dict:
        inner = {name: _as_schema(value) for name, value in pattern.items()}
        return {"type": "object", "properties": inner, "required": list(pattern), "additionalProperties": True}
    if type(pattern) is list:
        return {"type": "array", "minItems": 1 if pattern else 0}
    return {"const": pattern}
