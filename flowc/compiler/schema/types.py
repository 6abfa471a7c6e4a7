"""What a JSON Schema says of a value: types as sets of values, never smaller than the schema's own set.

A type is a union of shapes, each of one JSON kind. It may hold values that the schema refuses (`not`, `pattern`, `if`
and the like are not looked at), never the other way round: what is certain of all values of a type is certain of all
values of the schema. Schemas are read lazily, a level at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any, Final, TypeVar

from flowc.compiler.schema.keywords import (
    FAR,
    KINDS,
    NAMED,
    at_field,
    is_open,
    kind_of,
    kinds_of,
    listed,
    lists_field,
    mapping,
    names_kind,
    number,
)


class Root:
    """What `#` means in a schema, and the types of what references in it have named so far."""

    __slots__ = ("busy", "depth", "known", "schema")

    def __init__(self, schema: Any) -> None:
        self.schema = schema
        self.busy: set[int] = set()
        self.known: dict[int, Type] = {}
        self.depth = 0


# A schema and what `#` means in it.
Part = tuple[dict[str, Any], Root]
_Key = TypeVar("_Key", str, int)

# More alternatives than these are taken together.
_MOST = 24
# Of more schemas that are all to hold, nothing is known.
_MOST_TOGETHER = 50
# References that lead to references are followed so far.
_LONGEST = 50
# How deep types inside types are compared, and how many of an array's first elements.
_DEEPEST = 12
_FIRST = 8

_BOUNDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "number": (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")),
    "string": (("minLength",), ("maxLength",)),
    "array": (("minItems",), ("maxItems",)),
    "object": (("minProperties",), ("maxProperties",)),
}
_APPLIES = frozenset({"$ref", "allOf", "anyOf", "oneOf"})
# What says nothing of a value by itself.
_SAYS_NOTHING = _APPLIES | {
    "$comment",
    "$defs",
    "$id",
    "$schema",
    "default",
    "deprecated",
    "description",
    "examples",
    "title",
}


class Shape:
    """Values of one kind: those that every part allows and, where ``values`` are given, that are among them.

    Of numbers, ``whole`` leaves out those with a fraction.
    """

    __slots__ = ("_inner", "_names", "_required", "_scalars", "kind", "parts", "values", "whole")

    def __init__(
        self, kind: str, parts: tuple[Part, ...] = (), values: tuple[Any, ...] | None = None, whole: bool = False
    ) -> None:
        self.kind = kind
        self.parts = parts
        self.values = values
        self.whole = whole
        self._inner: dict[str | int, Type] = {}
        self._required: frozenset[str] | None = None
        self._names: list[str] | None = None
        self._scalars: frozenset[Any] | None = None

    @property
    def is_anything(self) -> bool:
        """Whether it has all values of its kind."""
        return not self.parts and self.values is None

    @property
    def is_declared(self) -> bool:
        """Whether a schema names this very kind, rather than none."""
        return self.values is not None or any(names_kind(schema) for schema, _ in self.parts)

    def field(self, name: str) -> Type:
        """The type of an object's value at ``name``, where it has one."""
        found = self._inner.get(name)
        return self._found(name, self._field) if found is None else found

    def _field(self, name: str) -> Type:
        if self.values is not None:
            return literals([value[name] for value in self.values if name in value])
        found = ANY
        for schema, root in self.parts:
            for inner in at_field(schema, name):
                found = both(found, of(inner, root))
        return found

    def requires(self, name: str) -> bool:
        """Whether every object has a value at ``name``."""
        if self.values is not None:
            return all(name in value for value in self.values)
        return name in self.required()

    def required(self) -> frozenset[str]:
        """The fields that schemas require."""
        if self._required is None:
            names = [name for schema, _ in self.parts for name in listed(schema, "required")]
            self._required = frozenset([name for name in names if type(name) is str])
        return self._required

    def lists(self, name: str) -> bool:
        """Whether a field is listed."""
        if self.values is not None:
            return any(name in value for value in self.values)
        return any(name in mapping(schema, "properties") for schema, _ in self.parts)

    def names(self) -> list[str]:
        """The fields that are listed, in their order; the list is not to be changed."""
        if self._names is None:
            listing = (
                [mapping(schema, "properties") for schema, _ in self.parts] if self.values is None else self.values
            )
            self._names = list(dict.fromkeys(chain.from_iterable(listing)))
        return self._names

    def may_have(self, name: str) -> bool:
        """Whether an object may have such a field; one that schemas neither list nor expressly allow is a mistake."""
        if self.values is not None:
            return any(name in value for value in self.values)
        if name in self.required() or any(lists_field(schema, name) for schema, _ in self.parts):
            return bool(self.field(name).shapes)
        if any(is_open(schema) for schema, _ in self.parts):
            return bool(self.field(name).shapes)
        return not any(mapping(schema, "properties") or "additionalProperties" in schema for schema, _ in self.parts)

    def element(self, index: int) -> Type:
        """The type of an array's element at ``index``; nothing where there never is one."""
        found = self._inner.get(index)
        return self._found(index, self._element) if found is None else found

    def _found(self, key: _Key, find: Callable[[_Key], Type]) -> Type:
        self._inner[key] = UNKNOWN  # for a schema that asks this of itself
        found = self._inner[key] = find(key)
        return found

    def _element(self, index: int) -> Type:
        if self.values is not None:
            return literals([value[index] for value in self.values if index < len(value)])
        most = self.most()
        found = NOTHING if most is not None and index >= most else ANY
        for schema, root in self.parts:
            prefix = listed(schema, "prefixItems")
            if index < len(prefix):
                found = both(found, of(prefix[index], root))
            elif "items" in schema:
                found = both(found, of(schema["items"], root))
        return found

    def elements(self) -> Type:
        """The type of all elements of an array together."""
        if self.values is not None:
            return literals([element for value in self.values for element in value])
        count = max((len(listed(schema, "prefixItems")) for schema, _ in self.parts), default=0)
        return either([self.element(index) for index in range(count + 1)])

    def least(self) -> float:
        """How small a number, how short a string, array or object may be."""
        return max((number(one, low, -FAR) for one, _ in self.parts for low in _BOUNDS[self.kind][0]), default=-FAR)

    def most(self) -> float | None:
        """How large a number, how long a string, array or object may be; None for as much as one likes."""
        if self.values is not None and self.kind != "number":
            return max(map(len, self.values), default=0)
        most = min((number(one, high, FAR) for one, _ in self.parts for high in _BOUNDS[self.kind][1]), default=FAR)
        return None if most == FAR else most

    def has(self, value: Any) -> bool:
        """Whether the value may be one of these; False is certain."""
        if kind_of(value) != self.kind or (self.whole and type(value) is float and not value.is_integer()):
            return False
        if self.values is not None:
            return self._is_among(value)
        if not self.parts or self.kind not in _BOUNDS:
            return True
        if not self._is_within(value):
            return False
        if self.kind == "object":
            return self.required() <= value.keys() and all(
                accepts(self.field(name), inner) for name, inner in value.items()
            )
        return self.kind != "array" or all(accepts(self.element(index), inner) for index, inner in enumerate(value))

    def _is_among(self, value: Any) -> bool:
        if self.kind in ("object", "array"):
            return any(same(value, one) for one in self.values or ())
        if self._scalars is None:
            self._scalars = frozenset(self.values or ())
        return value in self._scalars

    def _is_within(self, value: Any) -> bool:
        size = value if self.kind == "number" else len(value)
        most = self.most()
        if size < self.least() or (most is not None and size > most):
            return False
        return self.kind != "number" or not any(
            size <= number(schema, "exclusiveMinimum", -FAR) or size >= number(schema, "exclusiveMaximum", FAR)
            for schema, _ in self.parts
        )


class Type:
    """A set of values, at least those of the schema it was made of; empty without shapes."""

    __slots__ = ("shapes",)

    def __init__(self, shapes: tuple[Shape, ...]) -> None:
        self.shapes = shapes

    def of_kind(self, kind: str) -> list[Shape]:
        """The shapes of one kind."""
        return [shape for shape in self.shapes if shape.kind == kind]

    @property
    def is_known(self) -> bool:
        """Whether a schema says of which kinds the values are."""
        return bool(self.shapes) and all(shape.is_declared for shape in self.shapes)


_OPEN: Final[dict[str, Any]] = {"additionalProperties": True}
_NULL: Final[dict[str, Any]] = {"type": "null"}
ANY: Final = Type(tuple(Shape(kind) for kind in KINDS))
NOTHING: Final = Type(())
# Of which nobody knows anything: what it meets may have any fields.
UNKNOWN: Final = Type(tuple(Shape(kind, ((_OPEN, Root(_OPEN)),)) for kind in KINDS))
NULL: Final = Type((Shape("null", ((_NULL, Root(_NULL)),)),))


def of(schema: Any, root: Root | None = None) -> Type:
    """The type of a schema, which may hold types in place of schemas.

    Args:
        schema: a JSON Schema; malformed parts say nothing.
        root: what `#` means in it; None for the schema itself.
    """
    if type(schema) is not dict:
        return schema if type(schema) is Type else NOTHING if schema is False else ANY
    if root is None or ("$id" in schema and schema is not root.schema):
        root = Root(schema)
    found = ANY if _SAYS_NOTHING.issuperset(schema) else _own(schema, root)
    if _APPLIES.isdisjoint(schema) or id(schema) in root.busy:  # it is asked, by its own literals, of itself
        return found
    root.busy.add(id(schema))
    found = _with_applied(schema, root, found)
    root.busy.remove(id(schema))
    return found


def _with_applied(schema: dict[str, Any], root: Root, found: Type) -> Type:
    """The values of ``found`` that the schemas take to which this one refers, or which it names as alternatives."""
    if "$ref" in schema:
        found = both(found, _referred(schema["$ref"], root))
    together = listed(schema, "allOf")
    for inner in together if len(together) <= _MOST_TOGETHER else (UNKNOWN,):
        found = both(found, of(inner, root))
    for keyword in ("anyOf", "oneOf"):
        if listed(schema, keyword):
            found = both(found, either([of(inner, root) for inner in schema[keyword]]))
    return found


def literals(values: Iterable[Any]) -> Type:
    """The type of these values and no others."""
    by_kind: dict[str, list[Any]] = {}
    for value in values:
        by_kind.setdefault(kind_of(value), []).append(value)
    return Type(tuple(Shape(kind, (), tuple(found)) for kind, found in by_kind.items()))


def either(types: Iterable[Type]) -> Type:
    """The values that any of the types has."""
    shapes = {id(shape): shape for one in types for shape in one.shapes}.values()
    anything = {shape.kind: shape for shape in shapes if shape.is_anything}
    return _limited([shape for shape in shapes if anything.get(shape.kind, shape) is shape])


def both(one: Type, other: Type) -> Type:
    """The values that both types have."""
    if one is ANY or one is other:
        return other
    if other is ANY:
        return one
    return _limited([merged for a in one.shapes for b in other.shapes if (merged := _merged(a, b)) is not None])


def accepts(one: Type, value: Any) -> bool:
    """Whether the type has this value; False is certain."""
    return any(shape.has(value) for shape in one.shapes)


def disjoint(one: Type, other: Type, depth: int = 0) -> bool:
    """Whether the two have no value in common; True is certain."""
    return all(_apart(a, b, depth) for a in one.shapes for b in other.shapes)


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal: numbers by value, and no number is a truth value."""
    if type(one) is dict and type(other) is dict:
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    if type(one) is list and type(other) is list:
        return len(one) == len(other) and all(map(same, one, other))
    return kind_of(one) == kind_of(other) and bool(one == other)


def key_of(value: Any) -> Any:
    """Something to look a JSON value up by: equal for values that are the same."""
    if type(value) is dict:
        return "object", frozenset([(name, key_of(inner)) for name, inner in value.items()])
    if type(value) is list:
        return "array", tuple([key_of(inner) for inner in value])
    return kind_of(value), value


def _own(schema: dict[str, Any], root: Root) -> Type:
    """What the keywords of the schema itself say, the schemas in it aside."""
    parts: tuple[Part, ...] = ((schema, root),)
    written = schema.get("type")
    if type(written) is str and written in NAMED:
        kind, whole = NAMED[written]
        shapes = [Shape(kind, parts, None, whole)]
    else:
        shapes = [Shape(kind, parts, None, whole) for kind, whole in kinds_of(written)]
    if "const" in schema:
        shapes = _among(shapes, [schema["const"]])
    if type(schema.get("enum")) is list:
        shapes = _among(shapes, schema["enum"])
    return Type(tuple(shapes))


def _among(shapes: list[Shape], values: list[Any]) -> list[Shape]:
    fitting = [(shape, tuple(value for value in values if shape.has(value))) for shape in shapes]
    return [Shape(shape.kind, shape.parts, found, shape.whole) for shape, found in fitting if found]


def _referred(name: Any, root: Root) -> Type:
    """The type of what a `$ref` names inside of ``root``; unknown where it leads anywhere else, or in a circle."""
    target = _target(name, root.schema)
    if type(target) is not dict or root.depth > _LONGEST:
        return NOTHING if target is False else ANY if target is True else UNKNOWN
    known = root.known.get(id(target))
    if known is not None:
        return known
    root.known[id(target)] = UNKNOWN
    root.depth += 1
    found = root.known[id(target)] = of(target, root)
    root.depth -= 1
    return found


def _target(name: Any, root: Any) -> Any:
    """What a reference names; None where it leads out of ``root``, or nowhere."""
    if type(name) is not str or not (name == "#" or name.startswith("#/")) or "%" in name:
        return None
    target = root
    for escaped in name.split("/")[1:]:
        segment = escaped.replace("~1", "/").replace("~0", "~")
        if type(target) is dict and segment in target:
            target = target[segment]
        elif type(target) is list and segment.isdecimal() and segment.isascii() and len(segment) < 9:
            target = target[int(segment)] if int(segment) < len(target) else None
        else:
            return None
        if type(target) is dict and "$id" in target:
            return None
    return target


def _limited(shapes: list[Shape]) -> Type:
    if len(shapes) <= _MOST:
        return Type(tuple(shapes))
    kinds = {shape.kind for shape in shapes}
    return Type(tuple(shape for shape in UNKNOWN.shapes if shape.kind in kinds))


def _merged(one: Shape, other: Shape) -> Shape | None:
    """The values of both shapes; None where there are none at first sight."""
    if one.kind != other.kind:
        return None
    if one.is_anything or one is other:
        return other
    if other.is_anything:
        return one
    known = {id(schema) for schema, _ in one.parts}
    parts = one.parts + tuple(part for part in other.parts if id(part[0]) not in known)
    whole = one.whole or other.whole
    if one.values is None and other.values is None:
        merged = Shape(one.kind, parts, None, whole)
        return None if _is_void(merged) else merged
    listing, judge = (one, other) if one.values is not None else (other, one)
    values = tuple(value for value in listing.values or () if judge.has(value))
    return Shape(one.kind, parts, values, whole) if values else None


def _is_void(shape: Shape) -> bool:
    if shape.kind not in _BOUNDS:
        return False
    most = shape.most()
    return most is not None and shape.least() > most


def _apart(one: Shape, other: Shape, depth: int) -> bool:
    merged = _merged(one, other)
    if merged is None:
        return True
    if merged.values is not None or depth >= _DEEPEST:
        return False
    if merged.kind == "object":
        names = sorted(merged.required())
        return any(disjoint(one.field(name), other.field(name), depth + 1) for name in names)
    if merged.kind != "array":
        return False
    places = range(int(min(max(merged.least(), 0), _FIRST)))
    return any(disjoint(one.element(place), other.element(place), depth + 1) for place in places)
