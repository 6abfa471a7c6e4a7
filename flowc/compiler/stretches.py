"""Stretches of a text, and whether one of them lies around or inside another: asked for every mistake of a file."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import Generic, TypeVar

Point = TypeVar("Point", int, tuple[int, int])


class Stretches(Generic[Point]):
    """Stretches from one point (an offset, or a line with a column) to another, the ends included."""

    def __init__(self, stretches: Iterable[tuple[Point, Point]]) -> None:
        ordered = sorted(stretches)
        self._starts: list[Point] = [start for start, _ in ordered]
        # The farthest end of the stretches up to each one, and the nearest end of those from each one on.
        self._farthest: list[Point] = list(accumulate((end for _, end in ordered), max))
        self._nearest: list[Point] = list(accumulate((end for _, end in reversed(ordered)), min))[::-1]

    def any_around(self, start: Point, end: Point) -> bool:
        """Whether a stretch holds all of this one."""
        before = bisect_right(self._starts, start)
        return before > 0 and self._farthest[before - 1] >= end

    def any_inside(self, start: Point, end: Point) -> bool:
        """Whether this one holds all of a stretch."""
        after = bisect_left(self._starts, start)
        return after < len(self._starts) and self._nearest[after] <= end
