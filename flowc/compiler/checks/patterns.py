"""Patterns of conditions held against the types of what they ask: what surely matches in no run, and why."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, NamedTuple

from flowc.compiler.checks.values import Values
from flowc.compiler.schema.keywords import kind_of
from flowc.compiler.schema.types import UNKNOWN, Shape, Type, either

if TYPE_CHECKING:
    from flowc.compiler.document import Path
    from flowc.compiler.model import Flow, Mention, Step

# Keywords and types of which a glance tells all.
_PLAIN_OBJECT = frozenset({"type", "properties", "required", "title", "description"})
_PLAIN_SCALAR = frozenset({"type", "title", "description", "format", "minimum", "maximum"})
_NUMBERS = (int, float)
_PLAINLY: dict[type, str] = {str: "string", int: "integer", bool: "boolean"}

CONDITIONS = ("run_if", "run_unless")


class Trouble(Enum):
    """What is wrong with a place of a pattern."""

    FIELD = auto()  # nothing declares the field
    KIND = auto()  # the value there is of another kind
    VALUE = auto()  # the value there is never this one
    NULL = auto()  # where the field is absent, a null does not match


class Finding(NamedTuple):
    """A place of a pattern that is in trouble.

    ``fields`` lead to it from the step's output (or the input) that ``mention`` names; ``type`` is what is declared
    there, around it where the field is not; ``pattern`` is what is asked for.
    """

    mention: Mention
    trouble: Trouble
    fields: Path
    type: Type
    pattern: Any

    @property
    def path(self) -> Path:
        """The place in the document."""
        return (*self.mention.path, *self.fields)

    @property
    def name(self) -> str:
        """The place as a reference writes it."""
        return ".".join((self.mention.name, *map(str, self.fields)))


def findings(values: Values, *troubles: Trouble) -> Iterator[Finding]:
    """What is in one of these troubles, in all conditions of a flow."""
    return (found for found in values.once(_all) if found.trouble in troubles)


def value_at(flow: Flow, path: Path) -> Any:
    """What is written at ``path``."""
    value = flow.document.value
    for key in path:
        value = value[key]
    return value


def written_patterns(step: Step) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The patterns of a step's conditions and where they stand."""
    for key in CONDITIONS:
        written = step.written.get(key)
        if type(written) is dict:
            yield (*step.path, key), written
        elif type(written) is list:
            yield from (((*step.path, key, index), one) for index, one in enumerate(written) if type(one) is dict)


def _all(values: Values) -> list[Finding]:
    found: list[Finding] = []
    for step in values.flow.steps.values():
        if step.run_if or step.run_unless:
            for mention in step.mentions:
                if mention.in_condition:
                    found += _of_mention(values, mention, value_at(values.flow, mention.path))
    return found


def _of_mention(values: Values, mention: Mention, pattern: Any) -> list[Finding]:
    step = values.flow.steps.get(mention.name)
    if step is not None and step.kind == "task" and _plainly_fits(values.schema_of(step), pattern):
        return []
    one = values.type_of(mention.name, None)
    return [] if one is UNKNOWN or not one.shapes else _Look(mention).at(one, pattern, (), is_optional=False)


def _plainly_fits(schema: Any, pattern: Any) -> bool:
    """Whether a pattern asks only for what a schema plainly declares, at a glance."""
    if type(schema) is not dict:
        return schema is UNKNOWN
    if type(pattern) is dict:
        properties = schema.get("properties")
        return (
            _PLAIN_OBJECT.issuperset(schema)
            and type(properties) is dict
            and schema.get("type") == "object"
            and all(name in properties and _plainly_fits(properties[name], inner) for name, inner in pattern.items())
        )
    if not _PLAIN_SCALAR.issuperset(schema) or schema.get("type") != _PLAINLY.get(type(pattern)):
        return False
    return type(pattern) is not int or _is_between(schema.get("minimum"), pattern, schema.get("maximum"))


def _is_between(least: Any, number: int, most: Any) -> bool:
    """Whether a number is within bounds, of which there may be none."""
    return (least is None or (type(least) in _NUMBERS and least <= number)) and (
        most is None or (type(most) in _NUMBERS and number <= most)
    )


class _Look:
    """A look at one pattern: what is in trouble at a place of it and below."""

    def __init__(self, mention: Mention) -> None:
        self.mention = mention
        # Alternatives are looked at one by one and together, and so are those in them.
        self.seen: dict[tuple[Path, tuple[Shape, ...]], list[Finding]] = {}

    def at(self, one: Type, pattern: Any, fields: Path, *, is_optional: bool) -> list[Finding]:
        """What is in trouble where ``one`` is declared."""
        kind = kind_of(pattern)
        if pattern is None and is_optional:
            return [self._finding(Trouble.NULL, fields, one, pattern)]
        shapes = one.of_kind(kind)
        if not shapes:
            return [self._finding(Trouble.KIND, fields, one, pattern)]
        if kind == "object":
            return self._into(shapes, pattern, fields)
        if kind == "array":
            elements = either([shape.elements() for shape in shapes])
            inner = [
                self.at(elements, value, (*fields, place), is_optional=False) for place, value in enumerate(pattern)
            ]
            return [finding for found in inner for finding in found]
        if any(shape.has(pattern) for shape in shapes):
            return []
        fraction = type(pattern) is float and not pattern.is_integer() and all(shape.whole for shape in shapes)
        return [self._finding(Trouble.KIND if fraction else Trouble.VALUE, fields, one, pattern)]

    def _into(self, shapes: list[Shape], pattern: dict[str, Any], fields: Path) -> list[Finding]:
        """The same for an object: fine if it may be one of the shapes."""
        key = fields, tuple(shapes)
        found = self.seen.get(key)
        if found is None:
            found = self.seen[key] = self._look_into(shapes, pattern, fields)
        return found

    def _look_into(self, shapes: list[Shape], pattern: dict[str, Any], fields: Path) -> list[Finding]:
        found = [
            {name: self._field([shape], name, value, fields) for name, value in pattern.items()} for shape in shapes
        ]
        never = [name for name in pattern if all(_is_hopeless(troubles[name]) for troubles in found)]
        if len(shapes) == 1:
            return [finding for name in never or pattern for finding in found[0][name]]
        if not all(any(map(_is_hopeless, troubles.values())) for troubles in found):
            return []
        if not never:
            return [self._finding(Trouble.VALUE, fields, Type(tuple(shapes)), pattern)]
        return [finding for name in never for finding in self._field(shapes, name, pattern[name], fields)]

    def _field(self, shapes: list[Shape], name: str, value: Any, fields: Path) -> list[Finding]:
        """The same for one field of objects of these shapes."""
        having = [shape for shape in shapes if shape.may_have(name)]
        if not having:
            return [self._finding(Trouble.FIELD, (*fields, name), Type(tuple(shapes)), value)]
        is_optional = any(shape.lists(name) and not shape.requires(name) for shape in having)
        inner = either([shape.field(name) for shape in having])
        return self.at(inner, value, (*fields, name), is_optional=is_optional)

    def _finding(self, trouble: Trouble, fields: Path, one: Type, pattern: Any) -> Finding:
        return Finding(self.mention, trouble, fields, one, pattern)


def _is_hopeless(found: list[Finding]) -> bool:
    return any(finding.trouble is not Trouble.NULL for finding in found)
