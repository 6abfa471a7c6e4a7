"""The first pass of a layout: on which rank each step stands, by the longest path of edges above it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter

from flowc.draw.picture import Picture

Member = tuple[str, str]
# A branch stands for its heading where it is waited for, and for its foot where others wait for it.
STEP, HEADING, FOOT = "step", "heading", "foot"


@dataclass(frozen=True, slots=True)
class Ranks:
    """The rank of each member of a picture, 0 the uppermost; for each branch its first and last rank."""

    of: dict[Member, int]
    spans: dict[str, tuple[int, int]]


def ranks_of(picture: Picture) -> Ranks:
    """The ranks of all steps, headings and feet; an edge with a label spans two ranks, so that there is room for it."""
    arcs = list(_arcs(picture))
    above: dict[Member, list[tuple[Member, int]]] = {member: [] for member in _members(picture)}
    for upper, lower, length in arcs:
        above[lower].append((upper, length))
    found: dict[Member, int] = {}
    sorter = TopologicalSorter({member: [upper for upper, _ in uppers] for member, uppers in above.items()})
    for member in sorter.static_order():
        found[member] = max((found[upper] + length for upper, length in above[member]), default=0)
    _lower_headings(picture, found)
    return Ranks(found, _spans(picture, found))


def source_of(picture: Picture, slug: str) -> Member:
    """Where edges from a step or branch begin."""
    return (FOOT if picture.nodes[slug].kind == "branch" else STEP, slug)


def target_of(picture: Picture, slug: str) -> Member:
    """Where edges to a step or branch end."""
    return (HEADING if picture.nodes[slug].kind == "branch" else STEP, slug)


def around(picture: Picture, slug: str | None) -> list[str]:
    """The branch ``slug`` and those around it, the innermost first."""
    found = []
    while slug is not None:
        found.append(slug)
        slug = picture.nodes[slug].branch
    return found


def _members(picture: Picture) -> Iterator[Member]:
    footed = {edge.source for edge in picture.edges}
    for slug, node in picture.nodes.items():
        yield target_of(picture, slug)
        if node.kind == "branch" and slug in footed:
            yield FOOT, slug


def _arcs(picture: Picture) -> Iterator[tuple[Member, Member, int]]:
    footed = {edge.source for edge in picture.edges if picture.nodes[edge.source].kind == "branch"}
    for edge in picture.edges:
        yield source_of(picture, edge.source), target_of(picture, edge.target), 2 if edge.label else 1
    for slug, node in picture.nodes.items():
        if node.branch is not None:
            yield (HEADING, node.branch), target_of(picture, slug), 1
        for branch in around(picture, node.branch):
            if branch in footed:
                yield target_of(picture, slug), (FOOT, branch), 1
                if slug in footed:
                    yield (FOOT, slug), (FOOT, branch), 1


def _lower_headings(picture: Picture, found: dict[Member, int]) -> None:
    """Let each heading stand right above the first of what is in its branch, the inner branches first."""
    branches = [slug for slug, node in picture.nodes.items() if node.kind == "branch"]
    for branch in sorted(branches, key=lambda slug: -len(around(picture, slug))):
        found[HEADING, branch] = min(found[target_of(picture, node.slug)] for node in picture.inside[branch]) - 1


def _spans(picture: Picture, found: dict[Member, int]) -> dict[str, tuple[int, int]]:
    spans = {slug: (rank, rank) for (part, slug), rank in found.items() if part == HEADING}
    for (part, slug), rank in found.items():
        inner = slug if part == FOOT else picture.nodes[slug].branch
        for branch in around(picture, inner):
            spans[branch] = (spans[branch][0], max(spans[branch][1], rank))
    return spans
