"""What stands on the ranks of a layout: steps, headings and feet of branches, and each edge where it passes a rank."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, NamedTuple

from flowc.draw.picture import Edge, Node, Picture
from flowc.draw.ranks import HEADING, STEP, Member, Ranks, around, ranks_of, source_of, target_of

Part = Literal["step", "heading", "foot", "bend", "label", "filler"]


class Size(NamedTuple):
    """Width and height, in whole pixels or characters."""

    width: int
    height: int


class Sizes(NamedTuple):
    """How large things are drawn: steps and headings by their node, the labels of edges by their text."""

    step: Callable[[Node], Size]
    heading: Callable[[Node], Size]
    label: Callable[[str], Size]


class Element(NamedTuple):
    """One thing on one rank; ``home`` is the innermost branch in which it stands, ``slug`` the step or branch."""

    part: Part
    rank: int
    home: str | None
    size: Size
    slug: str = ""


@dataclass(slots=True)
class Elements:
    """All elements; ``paths`` are those that each edge of the picture passes, from its source to its target.

    ``up`` and ``down`` are the neighbours of each element on the ranks next to its own, ``ranks`` the elements of
    each rank, all as places in ``all``.
    """

    picture: Picture
    spans: dict[str, tuple[int, int]]
    all: list[Element] = field(default_factory=list)
    paths: list[list[int]] = field(default_factory=list)
    up: list[list[int]] = field(default_factory=list)
    down: list[list[int]] = field(default_factory=list)
    ranks: list[list[int]] = field(default_factory=list)

    def add(self, element: Element) -> int:
        """Add an element; the answer is its place."""
        while len(self.ranks) <= element.rank:
            self.ranks.append([])
        self.all.append(element)
        self.up.append([])
        self.down.append([])
        self.ranks[element.rank].append(len(self.all) - 1)
        return len(self.all) - 1


def elements_of(picture: Picture, sizes: Sizes) -> Elements:
    """The elements of a picture, in the order of drawing."""
    ranks = ranks_of(picture)
    found = Elements(picture, ranks.spans)
    places = {member: found.add(_of_member(picture, member, rank, sizes)) for member, rank in _in_order(picture, ranks)}
    for edge in picture.edges:
        path = [places[source_of(picture, edge.source)], *_bends(found, ranks, edge, sizes)]
        path.append(places[target_of(picture, edge.target)])
        for upper, lower in pairwise(path):
            found.down[upper].append(lower)
            found.up[lower].append(upper)
        found.paths.append(path)
    _fill(found)
    return found


def _in_order(picture: Picture, ranks: Ranks) -> list[tuple[Member, int]]:
    place = {slug: number for number, slug in enumerate(picture.nodes)}
    return sorted(ranks.of.items(), key=lambda item: (place[item[0][1]], item[0][0]))


def _of_member(picture: Picture, member: Member, rank: int, sizes: Sizes) -> Element:
    part, slug = member
    node = picture.nodes[slug]
    if part == STEP:
        return Element("step", rank, node.branch, sizes.step(node), slug)
    if part == HEADING:
        return Element("heading", rank, slug, sizes.heading(node), slug)
    return Element("foot", rank, slug, Size(0, 0), slug)


def _bends(found: Elements, ranks: Ranks, edge: Edge, sizes: Sizes) -> list[int]:
    """An element for each rank that an edge passes, its label on the last one: beside what it is asked for."""
    picture = found.picture
    first = ranks.of[source_of(picture, edge.source)] + 1
    last = ranks.of[target_of(picture, edge.target)] - 1
    left = around(picture, picture.nodes[edge.source].branch)
    entered = around(picture, picture.nodes[edge.target].branch)
    common = [branch for branch in left if branch in entered]
    leaving = [branch for branch in left if branch not in common]
    entering = [branch for branch in entered if branch not in common]
    places = []
    for rank in range(first, last + 1):
        homes = [branch for branch in leaving if ranks.spans[branch][1] >= rank]
        homes += [branch for branch in entering if ranks.spans[branch][0] <= rank] + common
        home = homes[0] if homes else None
        label = edge.label if rank == last else ""
        size = sizes.label(label) if label else Size(0, 0)
        places.append(found.add(Element("label" if label else "bend", rank, home, size)))
    return places


def _fill(found: Elements) -> None:
    """Give each branch an element on each of its ranks, so that nobody else comes between its walls there."""
    held = {(branch, each.rank) for each in found.all for branch in around(found.picture, each.home)}
    for branch, (first, last) in found.spans.items():
        for rank in range(first, last + 1):
            if (branch, rank) not in held:
                found.add(Element("filler", rank, branch, Size(0, 0)))
