"""The last pass of a layout: the box of each step and branch, and the points through which each edge goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from flowc.draw.columns import Columns, Spaces, place
from flowc.draw.crossings import arrange
from flowc.draw.elements import Element, Elements, Sizes, elements_of
from flowc.draw.picture import Edge, Picture


class Box(NamedTuple):
    """A rectangle: its upper left corner and its size."""

    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> int:
        """Where its vertical axis is."""
        return self.x + self.width // 2

    @property
    def bottom(self) -> int:
        """Where it ends."""
        return self.y + self.height


class Crossing(NamedTuple):
    """Where an edge passes a rank, straight down from ``top`` to ``bottom``; between ranks it is free to turn."""

    x: int
    top: int
    bottom: int


class Line(NamedTuple):
    """An edge as it is drawn, from its source to its target; ``label`` is the box of its label."""

    edge: Edge
    points: list[Crossing]
    label: Box | None


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything of a picture stands; headings are the places of the words in the boxes of branches."""

    width: int
    height: int
    steps: dict[str, Box]
    branches: dict[str, Box]
    headings: dict[str, Box]
    lines: list[Line]


_PASSING = {"bend", "label"}
# Between two ranks, where edges come from and where they go to.
Turns: TypeAlias = Sequence[tuple[int, int]]


class Heights(NamedTuple):
    """How high the room between two ranks is, and that below the last of a branch; how far ports are apart."""

    gap: Callable[[Turns], int]
    wall: int
    port: int


def lay_out(picture: Picture, sizes: Sizes, spaces: Spaces, heights: Heights) -> Layout:
    """The layout of a picture; the same for the same picture, and quick also where the picture is too large to read."""
    elements = elements_of(picture, sizes)
    columns = place(arrange(elements), spaces)
    flat = [Box(x - each.size.width // 2, 0, *each.size) for each, x in zip(elements.all, columns.middles, strict=True)]
    walls = {slug: Box(left, 0, right - left, 0) for slug, (left, right) in columns.walls.items()}
    ways = _ways(elements, columns, _ports(elements, flat, walls, heights.port))
    tops, bottoms = _ranks(elements, ways, heights)
    boxes = [_lowered(elements, each, box, tops, bottoms) for each, box in zip(elements.all, flat, strict=True)]
    branches = _branches(elements, walls, boxes, bottoms, heights)
    steps = {each.slug: boxes[number] for number, each in enumerate(elements.all) if each.part == "step"}
    headings = {each.slug: boxes[number] for number, each in enumerate(elements.all) if each.part == "heading"}
    everything = [*boxes, *branches.values()]
    width = max((box.x + box.width for box in everything), default=0)
    height = max((box.bottom for box in everything), default=0)
    lines = _lines(elements, ways, (boxes, branches), (tops, bottoms))
    return Layout(width, height, steps, branches, headings, lines)


def _ways(elements: Elements, columns: Columns, ports: tuple[list[int], list[int]]) -> list[list[int]]:
    """For each edge where it stands on each rank from its source to its target."""
    inner = [[columns.middles[each] for each in path[1:-1]] for path in elements.paths]
    return [[start, *between, end] for start, between, end in zip(ports[0], inner, ports[1], strict=True)]


def _ranks(elements: Elements, ways: list[list[int]], heights: Heights) -> tuple[list[int], list[int]]:
    """The upper and the lower end of each rank."""
    turns: list[list[tuple[int, int]]] = [[] for _ in elements.ranks]
    for path, way in zip(elements.paths, ways, strict=True):
        for rank, turn in enumerate(pairwise(way), elements.all[path[0]].rank):
            turns[rank].append(turn)
    tops: list[int] = []
    bottoms: list[int] = []
    y = 0
    for rank, row in enumerate(elements.ranks):
        tops.append(y)
        bottoms.append(y + max(elements.all[each].size.height for each in row))
        y = bottoms[-1] + heights.wall * _closings(elements, rank) + heights.gap(turns[rank])
    return tops, bottoms


def _closings(elements: Elements, rank: int) -> int:
    """How many walls of branches at most lie below one another under a rank."""
    ending = {slug for slug, (_, last) in elements.spans.items() if last == rank}
    return max((_nesting(elements, slug, ending) for slug in ending), default=0)


def _nesting(elements: Elements, branch: str, ending: set[str]) -> int:
    """How many branches that end with ``branch`` are in it, one in the other, with itself."""
    inner = [slug for slug in ending if elements.picture.nodes[slug].branch == branch]
    return 1 + max((_nesting(elements, slug, ending) for slug in inner), default=0)


def _lowered(elements: Elements, element: Element, box: Box, tops: list[int], bottoms: list[int]) -> Box:
    """The box on its rank: at the bottom, within their branch, what stands beside a heading, all else in the middle."""
    top, bottom = tops[element.rank], bottoms[element.rank]
    beside_heading = element.home is not None and elements.spans[element.home][0] == element.rank
    return box._replace(y=bottom - box.height if beside_heading else (top + bottom - box.height) // 2)


def _branches(
    elements: Elements, walls: dict[str, Box], boxes: list[Box], bottoms: list[int], heights: Heights
) -> dict[str, Box]:
    top = {each.slug: boxes[number].y for number, each in enumerate(elements.all) if each.part == "heading"}
    found = {}
    for slug, wall in walls.items():
        last = elements.spans[slug][1]
        ending = {other for other, (_, end) in elements.spans.items() if end == last}
        bottom = bottoms[last] + heights.wall * _nesting(elements, slug, ending)
        found[slug] = wall._replace(y=top[slug], height=bottom - top[slug])
    return found


def _lines(
    elements: Elements,
    ways: list[list[int]],
    boxes: tuple[list[Box], dict[str, Box]],
    ranks: tuple[list[int], list[int]],
) -> list[Line]:
    (of_elements, branches), (tops, bottoms) = boxes, ranks
    lines = []
    for edge, path, way in zip(elements.picture.edges, elements.paths, ways, strict=True):
        first = elements.all[path[0]].rank
        above = branches[edge.source] if edge.source in branches else of_elements[path[0]]
        points = [Crossing(way[0], above.bottom, max(bottoms[first], above.bottom))]
        inner = enumerate(way[1:-1], first + 1)
        points += [Crossing(x, tops[rank], bottoms[rank]) for rank, x in inner]
        points.append(Crossing(way[-1], tops[first + len(way) - 1], of_elements[path[-1]].y))
        labels = [of_elements[each] for each in path if elements.all[each].part == "label"]
        lines.append(Line(edge, points, labels[0] if labels else None))
    return lines


def _ports(elements: Elements, boxes: list[Box], branches: dict[str, Box], port: int) -> tuple[list[int], list[int]]:
    """Where each edge leaves its source, and where it reaches its target."""
    found: tuple[list[int], list[int]] = ([], [])
    for side, (end, beyond) in enumerate(((0, 1), (-1, -2))):
        at: dict[int, int] = {}
        fans: dict[int, list[int]] = {}
        for number, path in enumerate(elements.paths):
            fans.setdefault(path[end], []).append(number)
        for element, edges in fans.items():
            places = {number: boxes[elements.paths[number][beyond]].middle for number in edges}
            edges.sort(key=places.__getitem__)
            wanted = [places[number] for number in edges]
            branch = branches.get(elements.all[element].slug)
            passing = [boxes[each].middle for each in _passing(elements, element)]
            fan = _nearest(wanted, branch, port, passing) if branch else _beside(len(wanted), boxes[element], port)
            at |= zip(edges, fan, strict=True)
        found[side].extend(at[number] for number in range(len(elements.paths)))
    return found


def _beside(count: int, box: Box, port: int) -> list[int]:
    """Places for so many edges around the middle of a step."""
    between = min(port, (box.width - port) // max(count - 1, 1)) if box.width > port else 0
    return [box.middle + (2 * number - count + 1) * between // 2 for number in range(count)]


def _passing(elements: Elements, border: int) -> list[int]:
    """The elements of edges that pass the border of a branch where a heading or foot stands."""
    each = elements.all[border]
    row = elements.ranks[each.rank]
    return [other for other in row if elements.all[other].home == each.slug and elements.all[other].part in _PASSING]


def _nearest(wanted: list[int], box: Box, port: int, taken: list[int]) -> list[int]:
    """Free places on the side of a branch, as near as may be to where its edges come from or go to."""
    found: list[int] = []
    left, right = box.x + port, box.x + box.width - port
    for number, x in enumerate(wanted):
        inside = min(max(x, left), max(right, left))
        free = (
            place
            for least in (port, max(port // 2, 1))
            for aside in range(0, box.width, least)
            for place in (inside + aside, inside - aside)
            if left <= place <= right and all(abs(place - other) >= least for other in (*taken, *found))
        )
        found.append(next(free, left + (right - left) * number // len(wanted)))
    return found
