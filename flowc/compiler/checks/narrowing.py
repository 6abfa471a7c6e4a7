"""What conditions say of a value: its type where patterns matched, and where they did not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowc.compiler.schema_types import Shape, Type, both, disjoint, either, of, same

if TYPE_CHECKING:
    from collections.abc import Iterable


def where_matched(one: Type, patterns: Iterable[Any]) -> Type:
    """The values of ``one`` that one of the patterns may match."""
    return _within(one, either([of(_as_schema(pattern)) for pattern in patterns]))


def where_unmatched(one: Type, pattern: Any) -> Type:
    """The values of ``one`` that a pattern does not match, if that asks a single place for a scalar; else ``one``."""
    path: list[str] = []
    while type(pattern) is dict:
        if len(pattern) != 1:
            return one
        [(name, pattern)] = pattern.items()
        path.append(name)
    if type(pattern) is list:
        return one
    return Type(tuple([left for shape in one.shapes for left in _unmatched(shape, path, pattern)]))


def _unmatched(shape: Shape, path: list[str], value: Any) -> tuple[Shape, ...]:
    """What is left of a shape without the values that have ``value`` at ``path``, as far as its schema lists that."""
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
    others = [schema for inner in here.shapes for schema in _others(inner, value)]
    if not others:
        return () if is_sure else (shape,)
    schema: dict[str, Any] = {"anyOf": others}
    for name in reversed(path):
        schema = {"properties": {name: schema}, "additionalProperties": True}
    return both(Type((shape,)), of(schema)).shapes


def _within(one: Type, other: Type) -> Type:
    """The values that both have, without the alternatives of ``one`` that have none of them."""
    return both(Type(tuple([shape for shape in one.shapes if not disjoint(Type((shape,)), other)])), other)


def _others(shape: Shape, value: Any) -> list[dict[str, Any]]:
    """A schema of the values of a shape without one; of a kind as a whole where they have no end."""
    values = shape.values
    if values is None and shape.kind not in ("boolean", "null"):
        return [{"type": shape.kind}]
    if values is None:
        values = (None,) if shape.kind == "null" else (False, True)
    left = [other for other in values if not same(other, value)]
    return [{"enum": left}] if left else []


def _as_schema(pattern: Any) -> dict[str, Any]:
    """A schema of the values that match a pattern."""
    if type(pattern) is dict:
        inner = {name: _as_schema(value) for name, value in pattern.items()}
        return {"type": "object", "properties": inner, "required": list(pattern), "additionalProperties": True}
    if type(pattern) is list:
        return {"type": "array", "minItems": 1 if pattern else 0}
    return {"const": pattern}
