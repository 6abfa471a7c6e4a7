"""JSON containment, as PostgreSQL's ``@>`` has it."""

from __future__ import annotations

from typing import Any

import pytest

from flowc.simulate.containment import contains

HOLDS = [
    ({"a": 1, "b": 2}, {"a": 1}),
    ({"a": 1}, {}),
    ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}),
    ({"a": None}, {"a": None}),
    ({"a": [1, 2, 3]}, {"a": [3, 1]}),
    ({"a": [1, 2]}, {"a": [1, 1, 1]}),
    ({"a": [1]}, {"a": []}),
    ([{"a": 1, "b": 2}, 5], [{"a": 1}]),
    ([[1, 2], [3]], [[3], [2]]),
    ([1, 2], 1),
    ([1, "x", None], "x"),
    ([], []),
    (1, 1.0),
    ({"n": 100}, {"n": 1e2}),
    (1e23, 10**23),
    (-0.0, 0),
    ("", ""),
]
DOES_NOT_HOLD = [
    ({}, {"a": None}),
    ({"a": 1}, {"a": None}),
    ({"a": [1, 2]}, {"a": 1}),
    ([[1, 2]], 1),
    ([[1, 2]], [1]),
    (1, [1]),
    (1, [[1]]),
    ({}, []),
    ([], {}),
    ({"a": []}, {"a": {}}),
    (True, 1),
    (1, True),
    (0, False),
    (False, None),
    ("1", 1),
    (None, 0),
    ({"a": 2**53 + 1}, {"a": float(2**53)}),
    ({"a": {"b": 1}}, {"b": 1}),
    ([1], [1, 2]),
]


@pytest.mark.parametrize(("value", "pattern"), HOLDS)
def test_a_value_holds_a_pattern(value: Any, pattern: Any) -> None:
    assert contains(value, pattern)


@pytest.mark.parametrize(("value", "pattern"), DOES_NOT_HOLD)
def test_a_value_does_not_hold_a_pattern(value: Any, pattern: Any) -> None:
    assert not contains(value, pattern)
