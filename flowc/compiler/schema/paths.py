"""Paths into values of a type: what stands there, and where a path surely leads nowhere."""

from __future__ import annotations

from typing import NamedTuple

from flowc.compiler.schema.types import NULL, Shape, Type, either

# An index of more digits is past the end of every array.
_DIGITS = 9


class Nowhere(NamedTuple):
    """Why the segment at ``depth`` leads nowhere in any value: ``around`` is the type of what holds it."""

    depth: int
    around: Type


class Followed(NamedTuple):
    """What stands at a path: its type (null where the path leads nowhere), or why nothing ever does.

    ``absent`` is the depth of the first segment that a schema lists and does not require, or that goes through
    something which a schema says may be null; None where there is none.
    """

    type: Type
    nowhere: Nowhere | None = None
    absent: int | None = None


def follow(start: Type, fields: tuple[str, ...]) -> Followed:
    """What stands at the path ``fields`` of the values of ``start``."""
    here = start
    absent: int | None = None
    for depth, segment in enumerate(fields):
        found: list[Type] = []
        misses = False
        for shape in here.shapes:
            if _leads(shape, segment):
                found.append(_at(shape, segment))
                misses |= not _always(shape, segment)
                if absent is None and shape.kind == "object" and _is_optional(shape, segment):
                    absent = depth
            else:
                misses = True
                if absent is None and shape.is_declared:
                    absent = depth
        if not found:
            return Followed(NULL, Nowhere(depth, here), absent)
        here = either([*found, NULL_OF_NOWHERE] if misses else found)
    return Followed(here, None, absent)


# The null of a path that leads nowhere: no schema declares it.
NULL_OF_NOWHERE = Type((Shape("null"),))


def _leads(shape: Shape, segment: str) -> bool:
    """Whether the segment may lead somewhere in these values."""
    if shape.kind == "object":
        return shape.may_have(segment)
    if shape.kind != "array" or not is_index(segment):
        return False
    return len(segment) <= _DIGITS and bool(shape.element(int(segment)).shapes)


def _at(shape: Shape, segment: str) -> Type:
    return shape.field(segment) if shape.kind == "object" else shape.element(int(segment))


def _always(shape: Shape, segment: str) -> bool:
    """Whether the segment leads somewhere in all of these values."""
    if shape.kind == "object":
        return shape.requires(segment)
    if shape.values is not None:
        return all(int(segment) < len(value) for value in shape.values)
    return shape.least() > int(segment)


def _is_optional(shape: Shape, segment: str) -> bool:
    """Whether a schema lists the field and none requires it."""
    return shape.lists(segment) and not shape.requires(segment)


def is_index(segment: str) -> bool:
    """Whether a segment is an index where it meets an array."""
    return segment.isascii() and segment.isdecimal()
