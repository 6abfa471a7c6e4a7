"""JSON containment: whether one value holds another, as PostgreSQL's ``jsonb @>`` answers it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flowc.runtime.blobs import Blob


def contains(value: Any, pattern: Any) -> bool:
    """Whether ``value @> pattern`` holds for two JSON values.

    Objects hold the pattern's keys with values that hold the pattern's; arrays hold, for each element of the pattern,
    some element that holds it, whatever the order and the repeats; scalars are equal, numbers by value. Only at
    the very top does an array also hold a bare scalar (``[1, 2] @> 1``).
    """
    if isinstance(value, list) and not isinstance(pattern, list | dict):
        return any(_equal(element, pattern) for element in value)
    return _holds(value, pattern)


def _holds(value: Any, pattern: Any) -> bool:
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            key in value and _holds(value[key], wanted) for key, wanted in pattern.items()
        )
    if isinstance(pattern, list):
        return isinstance(value, list) and all(any(_holds(element, wanted) for element in value) for wanted in pattern)
    return _equal(value, pattern)


def _equal(value: Any, scalar: Any) -> bool:
    """Whether a value is the same JSON scalar: true is not 1, and 1 is 1.0."""
    if isinstance(value, Blob):
        value = None  # its bytes are no JSON
    if isinstance(value, bool) or isinstance(scalar, bool):
        return value is scalar
    if isinstance(value, int | float) and isinstance(scalar, int | float):
        return _number(value) == _number(scalar)
    return type(value) is type(scalar) and bool(value == scalar)


def _number(value: int | float) -> int | Decimal:
    """A number as PostgreSQL reads its text: 1e23 is 10^23 exactly, which the float is not."""
    return Decimal(repr(value)) if isinstance(value, float) else value
