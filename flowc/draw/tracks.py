"""Where edges go sideways between two ranks of a terminal drawing: each on a row of its own where others pass there."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from flowc.draw.layout import Turns


def tracks(turns: Turns) -> dict[tuple[int, int], int]:
    """The row of each turn that is not straight down, 0 the uppermost: no two that overlap are on one row.

    Where one comes down in a column in which another goes on, the first turns off above the other, if that can be.
    """
    asides = sorted({turn for turn in turns if turn[0] != turn[1]}, key=_outer_last)
    above: dict[tuple[int, int], list[tuple[int, int]]] = {turn: [] for turn in asides}
    for upper in asides:
        for lower in asides:
            if upper != lower and upper[0] == lower[1]:
                above[lower].append(upper)
    found: dict[tuple[int, int], int] = {}
    for turn in _ordered(above):
        row = max((found[upper] + 1 for upper in above[turn] if upper in found), default=0)
        while any(other == row and _overlap(turn, taken) for taken, other in found.items()):
            row += 1
        found[turn] = row
    return found


def _outer_last(turn: tuple[int, int]) -> tuple[int, int]:
    """Of edges side by side that go to the same side, the foremost turns first: they would cross otherwise."""
    start, end = turn
    return (-start if end > start else start, end)


def _ordered(above: dict[tuple[int, int], list[tuple[int, int]]]) -> list[tuple[int, int]]:
    try:
        return list(TopologicalSorter(above).static_order())
    except CycleError:  # two that change places: their columns meet, whatever the order
        return list(above)


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return min(one) <= max(other) and min(other) <= max(one)
