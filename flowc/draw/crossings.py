"""The second pass of a layout: the order of what stands on each rank, so that few edges cross; branches stay whole."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator

from flowc.draw.elements import Elements
from flowc.draw.ranks import around

# An item of a row: an element, or a branch with all that it has on the rank.
Item = int | str
_SWEEPS = 16
_LOOKS = 150_000  # at elements, in all: beyond some thousand steps a picture is not read, and must still end


class Rows:
    """For each branch (None is the flow) and rank the order of its items; ``branches`` is the order of its branches.

    The order of the branches of a branch is the same on every rank: their boxes stand side by side.
    """

    def __init__(self, elements: Elements) -> None:
        self.elements = elements
        self.items: list[dict[str | None, list[Item]]] = [_grouped(elements, rank) for rank in elements.ranks]
        self.branches: dict[str | None, list[str]] = {}
        for slug in elements.spans:
            self.branches.setdefault(elements.picture.nodes[slug].branch, []).append(slug)

    def row(self, rank: int) -> list[int]:
        """The elements of a rank from left to right."""
        return list(_flat(self.items[rank], None))

    def shares(self) -> list[float]:
        """How far to the right each element stands on its rank, from 0 to 1."""
        found = [0.0] * len(self.elements.all)
        for rank in range(len(self.items)):
            row = self.row(rank)
            for place, element in enumerate(row):
                found[element] = (place + 0.5) / len(row)
        return found


def arrange(elements: Elements) -> Rows:
    """The rows with the fewest crossings that some sweeps down and up find; the same for the same elements."""
    rows = Rows(elements)
    sweeps = max(2, min(_SWEEPS, _LOOKS // max(len(elements.all), 1)))
    _sweep(rows, range(len(rows.items)), elements.up)
    best, fewest = _copy(rows), _crossings(rows)
    for number in range(sweeps):
        if not fewest:
            break
        _order_branches(rows)
        down = number % 2 == 1
        ranks = range(len(rows.items)) if down else range(len(rows.items) - 1, -1, -1)
        _sweep(rows, ranks, elements.up if down else elements.down)
        _swap(rows)
        count = _crossings(rows)
        if count < fewest:
            best, fewest = _copy(rows), count
    rows.items = best
    return rows


def _grouped(elements: Elements, rank: Iterable[int]) -> dict[str | None, list[Item]]:
    groups: dict[str | None, list[Item]] = {None: []}
    for element in rank:
        branches = around(elements.picture, elements.all[element].home)
        for inner, outer in zip(branches, [*branches[1:], None], strict=False):
            groups.setdefault(inner, [])
            if inner not in groups.setdefault(outer, []):
                groups[outer].append(inner)
        groups[branches[0] if branches else None].append(element)
    return groups


def _flat(groups: dict[str | None, list[Item]], branch: str | None) -> Iterator[int]:
    for item in groups[branch]:
        if isinstance(item, str):
            yield from _flat(groups, item)
        else:
            yield item


def _sweep(rows: Rows, ranks: Iterable[int], neighbours: list[list[int]]) -> None:
    """Order each rank by where the neighbours of its items stand on the rank before it in the sweep."""
    shares = rows.shares()
    for rank in ranks:
        wanted = {element: _mean(shares, neighbours[element], shares[element]) for element in rows.row(rank)}
        wanted |= {element: -1.0 for element in wanted if rows.elements.all[element].part == "heading"}
        groups = rows.items[rank]
        for branch in groups:
            groups[branch] = _sorted(groups, branch, wanted, rows.branches.get(branch, []))
        row = rows.row(rank)
        for place, element in enumerate(row):
            shares[element] = (place + 0.5) / len(row)


def _mean(shares: list[float], neighbours: list[int], otherwise: float) -> float:
    return sum(shares[each] for each in neighbours) / len(neighbours) if neighbours else otherwise


def _sorted(
    groups: dict[str | None, list[Item]], branch: str | None, wanted: dict[int, float], order: list[str]
) -> list[Item]:
    """The items of a branch on a rank by where they want to be; branches among them keep their ``order``."""

    def key(item: Item) -> float:
        if isinstance(item, int):
            return wanted[item]
        inside = list(_flat(groups, item))
        return sum(wanted[each] for each in inside) / len(inside)

    row = sorted(groups[branch], key=key)
    present = {item for item in row if isinstance(item, str)}
    ordered = iter([slug for slug in order if slug in present])
    return [next(ordered) if isinstance(item, str) else item for item in row]


def _order_branches(rows: Rows) -> None:
    """Order the branches of each branch by where those stand with whom they have edges."""
    elements, shares = rows.elements, rows.shares()
    outside: dict[str, list[float]] = {slug: [] for slug in elements.spans}
    inside: dict[str, list[float]] = {slug: [] for slug in elements.spans}
    for place, element in enumerate(elements.all):
        for branch in around(elements.picture, element.home):
            inside[branch].append(shares[place])
            for other in (*elements.up[place], *elements.down[place]):
                if branch not in around(elements.picture, elements.all[other].home):
                    outside[branch].append(shares[other])
    for branches in rows.branches.values():
        branches.sort(key=lambda slug: _average(outside[slug] or inside[slug]))


def _average(values: list[float]) -> float:
    return sum(values) / len(values)


def _swap(rows: Rows) -> None:
    """Swap neighbours of one branch while that takes crossings away."""
    elements = rows.elements
    shares = rows.shares()
    for groups in rows.items:
        for items in groups.values():
            for place in range(len(items) - 1):
                left, right = items[place], items[place + 1]
                if isinstance(left, str) or isinstance(right, str) or elements.all[left].part == "heading":
                    continue
                if _gain(elements, shares, left, right) > 0:
                    items[place], items[place + 1] = right, left
                    shares[left], shares[right] = shares[right], shares[left]


def _gain(elements: Elements, shares: list[float], left: int, right: int) -> int:
    """How many crossings fewer there are if two neighbours change places."""
    gain = 0
    for neighbours in (elements.up, elements.down):
        for one in neighbours[left]:
            for other in neighbours[right]:
                gain += (shares[one] > shares[other]) - (shares[one] < shares[other])
    return gain


def _crossings(rows: Rows) -> int:
    shares, count = rows.shares(), 0
    for rank in range(len(rows.items) - 1):
        seen: list[float] = []
        for element in rows.row(rank):
            ends = sorted(shares[lower] for lower in rows.elements.down[element])
            count += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return count


def _copy(rows: Rows) -> list[dict[str | None, list[Item]]]:
    return [{branch: list(items) for branch, items in groups.items()} for groups in rows.items]
