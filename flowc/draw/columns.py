"""The third pass of a layout: where on its rank each element stands, edges as straight as they can be."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import inf
from typing import NamedTuple, TypeAlias

from flowc.draw.crossings import Item, Rows
from flowc.draw.elements import Element, Elements

_LOOKS = 400_000  # at the distances between neighbours, in all
_ROUNDS = 48
_ALIGNMENTS = 4
_NEARLY = 8
_SETTLING = 4  # how often each distance is set right in a round
_SHRINK = 6.0  # how far the walls of a branch try to come closer, a round
_WALL = 0.05  # how heavy a wall is: any step pushes it away


# The variables from left to right, each with those to its left and how far they are at least.
_Order: TypeAlias = list[tuple[int, list[tuple[int, int]]]]


class Spaces(NamedTuple):
    """The least distances: between two boxes, between an edge and its neighbour, within the walls of a branch."""

    boxes: int
    edges: int
    walls: int


class Columns(NamedTuple):
    """The middle of each element, and the left and right wall of each branch; all of them whole numbers from 0."""

    middles: list[int]
    walls: dict[str, tuple[int, int]]


class _Distance(NamedTuple):
    """``right`` is at least ``least`` to the right of ``left``; both are places in the list of variables."""

    left: int
    right: int
    least: int


def place(rows: Rows, spaces: Spaces) -> Columns:
    """The columns of rows that are in order; the same for the same rows."""
    elements = rows.elements
    count = len(elements.all)
    walls = {slug: (count + 2 * number, count + 2 * number + 1) for number, slug in enumerate(elements.spans)}
    distances = _distances(rows, spaces, walls)
    at: list[float] = [0.0] * (count + 2 * len(walls))
    order = _left_to_right(len(at), distances)
    _enforce(at, order)
    pull = _Pull(rows, walls)
    owed = [0.0] * len(distances)
    rounds = max(4, min(_ROUNDS, _LOOKS // (_SETTLING * max(len(distances), 1))))
    for number in range(rounds):
        pull.straighten(at, downwards=number % 2 == 0)
        _settle(at, pull.weights, distances, owed)
    return _whole(at, order, rows, walls, distances)


def _distances(rows: Rows, spaces: Spaces, walls: dict[str, tuple[int, int]]) -> list[_Distance]:
    found: dict[_Distance, None] = {}
    for groups in rows.items:
        for branch, items in groups.items():
            for left, right in pairwise(items):
                found[_between(rows.elements.all, left, right, spaces, walls)] = None
            if branch is not None:
                outer, inner = walls[branch], (items[0], items[-1])
                first, width = _edge(rows.elements.all, inner[0], walls, 0)
                found[_Distance(outer[0], first, width + spaces.walls)] = None
                last, width = _edge(rows.elements.all, inner[1], walls, 1)
                found[_Distance(last, outer[1], width + spaces.walls)] = None
    return list(found)


def _edge(elements: list[Element], item: Item, walls: dict[str, tuple[int, int]], side: int) -> tuple[int, int]:
    """The variable of an item's side (0 left, 1 right), and how far beyond it the side is."""
    if isinstance(item, str):
        return walls[item][side], 0
    return item, -(-elements[item].size.width // 2)


def _between(
    elements: list[Element], left: Item, right: Item, spaces: Spaces, walls: dict[str, tuple[int, int]]
) -> _Distance:
    lines = sum(isinstance(item, int) and elements[item].part in {"bend", "label", "filler"} for item in (left, right))
    space = (spaces.boxes, (spaces.boxes + spaces.edges) // 2, spaces.edges)[lines]
    first, before = _edge(elements, left, walls, 1)
    second, after = _edge(elements, right, walls, 0)
    return _Distance(first, second, before + space + after)


def _left_to_right(count: int, distances: list[_Distance]) -> _Order:
    """The variables so that each comes after all that are to its left, with these and their distances."""
    before: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    after: list[list[int]] = [[] for _ in range(count)]
    for left, right, least in distances:
        before[right].append((left, least))
        after[left].append(right)
    waits = [len(each) for each in before]
    ready = [variable for variable in range(count) if not waits[variable]]
    for variable in ready:
        for later in after[variable]:
            waits[later] -= 1
            if not waits[later]:
                ready.append(later)
    return [(variable, before[variable]) for variable in ready]


def _enforce(at: list[float], order: _Order) -> None:
    """Push to the right whatever is too close to what is left of it."""
    for variable, before in order:
        for left, least in before:
            at[variable] = max(at[variable], at[left] + least)


class _Pull:
    """Where the edges of each element pull it."""

    def __init__(self, rows: Rows, walls: dict[str, tuple[int, int]]) -> None:
        elements = rows.elements
        self.ranks = [rows.row(rank) for rank in range(len(rows.items))]
        self.walls = list(walls.values())
        self.around = [None if each.home is None else walls[each.home] for each in elements.all]
        self.neighbours: list[list[tuple[int, float]]] = [[] for _ in elements.all]
        for upper, lower, weight in _pulls(elements):
            self.neighbours[upper].append((lower, weight))
            self.neighbours[lower].append((upper, weight))
        self.totals = [sum(weight for _, weight in each) for each in self.neighbours]
        self.weights = [max(total, 0.2) for total in self.totals] + [_WALL] * (2 * len(walls))

    def straighten(self, at: list[float], *, downwards: bool) -> None:
        """Move each element to the mean of its neighbours, whoever is in its way; those without into their branch."""
        for row in self.ranks if downwards else reversed(self.ranks):
            for element in row:
                walls = self.around[element]
                if self.totals[element]:
                    pulled = sum(at[other] * weight for other, weight in self.neighbours[element])
                    at[element] = 0.3 * at[element] + 0.7 * pulled / self.totals[element]
                elif walls:
                    at[element] = (at[walls[0]] + at[walls[1]]) / 2
        for left, right in self.walls:
            at[left] += _SHRINK
            at[right] -= _SHRINK


def _pulls(elements: Elements) -> Iterator[tuple[int, int, float]]:
    """Pairs of elements that want to stand below each other, and how much they want it."""
    for upper, lowers in enumerate(elements.down):
        for lower in lowers:
            if elements.all[upper].part != "foot" and elements.all[lower].part != "heading":
                # A bend in the middle of an edge is worse than one at its ends.
                lines = sum(elements.all[each].part in {"bend", "label"} for each in (upper, lower))
                yield upper, lower, (1.0, 2.0, 8.0)[lines]
    # Edges to a branch pull at what begins in it, edges from a branch at what ends in it.
    begins, ends = _outermost(elements, elements.up), _outermost(elements, elements.down)
    for number, each in enumerate(elements.all):
        inside = (begins if each.part == "heading" else ends if each.part == "foot" else {}).get(each.slug, [])
        for other in elements.up[number] if each.part == "heading" else elements.down[number]:
            for place in inside:
                yield other, place, 0.5 / len(inside)


def _outermost(elements: Elements, neighbours: list[list[int]]) -> dict[str, list[int]]:
    """By branch, the steps right in it that have no neighbours on that side."""
    found: dict[str, list[int]] = {}
    for number, each in enumerate(elements.all):
        if each.part == "step" and each.home is not None and not neighbours[number]:
            found.setdefault(each.home, []).append(number)
    return found


def _settle(at: list[float], weights: list[float], distances: list[_Distance], owed: list[float]) -> None:
    """Move what is too close apart, the light more than the heavy; and what was pushed back as far as it may.

    This is Hildreth's method for the nearest places that keep all distances; ``owed`` remembers the pushes.
    """
    for number in range(len(owed)):
        owed[number] = 0.0
    for _ in range(_SETTLING):
        for number, (left, right, least) in enumerate(distances):
            lightness = 1 / weights[left] + 1 / weights[right]
            push = max((least - at[right] + at[left]) / lightness, -owed[number])
            if push:
                owed[number] += push
                at[left] -= push / weights[left]
                at[right] += push / weights[right]


def _whole(
    at: list[float], order: _Order, rows: Rows, walls: dict[str, tuple[int, int]], distances: list[_Distance]
) -> Columns:
    """The places as whole numbers that keep all distances, headings at the left wall, the leftmost side at 0."""
    rounded: list[float] = [round(each) for each in at]
    _enforce(rounded, order)
    elements = rows.elements.all
    _align(rounded, rows, distances)
    least = {(each.left, each.right): each.least for each in distances}
    for number, element in enumerate(elements):
        if element.part == "heading":
            left = walls[element.slug][0]
            rounded[number] = rounded[left] + least[left, number]
    sides = [rounded[number] - -(-element.size.width // 2) for number, element in enumerate(elements)]
    left_side = min([*sides, *(rounded[wall] for wall, _ in walls.values())], default=0)
    whole = [int(each - left_side) for each in rounded]
    return Columns(whole[: len(elements)], {slug: (whole[left], whole[right]) for slug, (left, right) in walls.items()})


class _Room:
    """How far each variable may move while all others stay."""

    def __init__(self, at: list[float], distances: list[_Distance]) -> None:
        self.at = at
        self.lefts: dict[int, list[tuple[int, int]]] = {}
        self.rights: dict[int, list[tuple[int, int]]] = {}
        for left, right, least in distances:
            self.lefts.setdefault(right, []).append((left, least))
            self.rights.setdefault(left, []).append((right, least))

    def of(self, variable: int) -> tuple[float, float]:
        """The lowest and the highest place."""
        lowest = max((self.at[left] + least for left, least in self.lefts.get(variable, ())), default=-inf)
        highest = min((self.at[right] - least for right, least in self.rights.get(variable, ())), default=inf)
        return lowest, highest


def _align(at: list[float], rows: Rows, distances: list[_Distance]) -> None:
    """Let edges go straight down wherever their neighbours leave them the room."""
    room = _Room(at, distances)
    for _ in range(_ALIGNMENTS):
        for path in sorted(rows.elements.paths, key=len, reverse=True):
            _align_path(at, path[1:-1], room)
        _align_steps(at, rows.elements, room)


def _align_path(at: list[float], path: list[int], room: _Room) -> None:
    run: list[int] = []
    free = (-inf, inf)
    for element in path:
        own = room.of(element)
        both = (max(free[0], own[0]), min(free[1], own[1]))
        if both[0] > both[1]:
            _move(at, run, free)
            run, both = [], own
        run.append(element)
        free = both
    _move(at, run, free)


def _align_steps(at: list[float], elements: Elements, room: _Room) -> None:
    """Put steps right below or above the only one that they have an edge with, if they nearly are."""
    for number, each in enumerate(elements.all):
        near = elements.up[number] if len(elements.up[number]) == 1 else elements.down[number]
        if each.part != "step" or len(near) != 1 or elements.all[near[0]].part in {"heading", "foot"}:
            continue
        lowest, highest = room.of(number)
        if lowest <= at[near[0]] <= highest and abs(at[near[0]] - at[number]) <= _NEARLY:
            at[number] = at[near[0]]


def _move(at: list[float], run: list[int], room: tuple[float, float]) -> None:
    """Put elements below each other, within the room that they have, where most of them are."""
    if run:
        middle = sorted(at[element] for element in run)[len(run) // 2]
        for element in run:
            at[element] = min(max(middle, room[0]), room[1])
