"""What waits for what: the edges of a flow, its cycles, and which step comes after which."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from flowc.compiler.model import Flow, Mention, Step

# The search for the shortest of many entangled cycles looks at no more edges than this, and so does that for further
# ones after the first.
_LOOKS = 200_000


class Edge(NamedTuple):
    """``waiter`` waits for ``awaited``, because of ``mention``; a step inside a branch for its gate, without one."""

    waiter: str
    awaited: str
    mention: Mention | None


_latest: list[tuple[Flow, bool]] = []


def in_file_order(flow: Flow) -> bool:
    """Whether every step waits only for what stands wholly above it; then there is no cycle."""
    # Several checks ask this of one flow after the other.
    if not _latest or _latest[0][0] is not flow:
        _latest[:] = [(flow, _is_in_file_order(flow))]
    return _latest[0][1]


def _is_in_file_order(flow: Flow) -> bool:
    settled: set[str] = set()
    around: list[str] = []
    for key, step in flow.steps.items():
        while around and around[-1] != step.branch:
            settled.add(around.pop())
        if not settled.issuperset(step.joins) or not settled.issuperset(step.conditions):
            return False
        if step.kind == "branch":
            around.append(key)
        else:
            settled.add(key)
    return True


def edges_of(flow: Flow, key: str) -> list[Edge]:
    """The join and condition edges of a step; those that a check reports as impossible are left out."""
    step = flow.steps[key]
    awaited = {*step.joins, *step.conditions}
    found: dict[str, Edge] = {}
    for mention in step.mentions:
        if mention.name in awaited and mention.name not in found and _is_possible(flow, key, mention):
            found[mention.name] = Edge(key, mention.name, mention)
    return list(found.values())


def is_inside(flow: Flow, key: str, branch: str) -> bool:
    """Whether the step ``key`` is inside ``branch``, at whatever depth."""
    around = flow.steps[key].branch
    while around is not None and around != branch:
        around = flow.steps[around].branch
    return around is not None


def _is_possible(flow: Flow, key: str, mention: Mention) -> bool:
    target = flow.steps.get(mention.name)
    if target is None or mention.name == key:
        return False
    if target.kind == "branch" and mention.key != "depends_on":
        return False
    return not is_inside(flow, key, mention.name) and not is_inside(flow, mention.name, key)


def order(flow: Flow) -> list[str]:
    """The keys of the steps, each after those it waits for; without those that are in a cycle, or after one."""
    if in_file_order(flow):
        return list(flow.steps)
    graph = Graph(flow)
    return [graph.keys[node] for node in graph.order() if node < len(graph.keys)]


class Graph:
    """A flow as nodes and what comes after them; a branch has two nodes: where it opens and where it has ended."""

    def __init__(self, flow: Flow) -> None:
        self.keys = list(flow.steps)
        self.opens = {key: number for number, key in enumerate(self.keys)}
        count = len(self.keys)
        self.ends = {
            key: number + count if flow.steps[key].kind == "branch" else number for key, number in self.opens.items()
        }
        self.after: list[set[int]] = [set() for _ in range(2 * count)]
        self.mentions: dict[tuple[int, int], Mention] = {}
        for key, step in flow.steps.items():
            self._add(flow, key, step)

    def _add(self, flow: Flow, key: str, step: Step) -> None:
        if step.branch is not None:
            self.after[self.opens[step.branch]].add(self.opens[key])
            self.after[self.ends[key]].add(self.ends[step.branch])
        if step.kind == "branch":
            self.after[self.opens[key]].add(self.ends[key])
        for edge in edges_of(flow, key):
            pair = self.ends[edge.awaited], self.opens[key]
            self.after[pair[0]].add(pair[1])
            if edge.mention is not None:
                self.mentions[pair] = edge.mention

    def key_of(self, node: int) -> str:
        """The key of the step whose opening or end ``node`` is."""
        return self.keys[node % len(self.keys)]

    def reachable(self, key: str) -> set[int]:
        """The nodes that come after the opening of ``key``, itself included."""
        start = self.opens[key]
        seen = {start}
        waiting = [start]
        while waiting:
            new = self.after[waiting.pop()] - seen
            seen |= new
            waiting += new
        return seen

    def cyclic_groups(self) -> list[set[int]]:
        """The nodes that are entangled in cycles: groups of which each node comes after each other one."""
        if len(self.order()) == len(self.after):
            return []
        import networkx  # 150 ms, paid only where there is something to explain

        graph: networkx.DiGraph[int] = networkx.DiGraph()
        graph.add_edges_from((node, later) for node, after in enumerate(self.after) for later in after)
        groups = networkx.strongly_connected_components(graph)
        return sorted((group for group in groups if len(group) > 1), key=min)

    def order(self) -> list[int]:
        """The nodes, each after those it comes after; without those that are in a cycle, or after one."""
        arrivals = [0] * len(self.after)
        for after in self.after:
            for node in after:
                arrivals[node] += 1
        passed = [node for node, count in enumerate(arrivals) if not count]
        for node in passed:
            for later in self.after[node]:
                arrivals[later] -= 1
                if not arrivals[later]:
                    passed.append(later)
        return passed


def cycles(flow: Flow, most: int = 8) -> Iterator[list[Edge]]:
    """The shortest cycle of each group of steps that wait for each other, then of what is left without its first edge.

    Each begins with the edge that goes against the order of the file and comes first in it; at most ``most``.
    """
    if in_file_order(flow):
        return
    graph = Graph(flow)
    looks = _LOOKS
    groups = graph.cyclic_groups()
    while groups and most > 0:
        for group in groups[:most]:
            most -= 1
            nodes = _shortest_cycle(graph, group)
            yield _edges_along(graph, nodes)
            graph.after[nodes[-1]].remove(nodes[0])
        looks -= sum(map(len, graph.after))
        groups = graph.cyclic_groups() if looks > 0 and most > 0 else []


def _shortest_cycle(graph: Graph, group: set[int]) -> list[int]:
    """The nodes of a shortest cycle within ``group``, so turned that the last one is awaited, below in the file."""
    after = {node: sorted(graph.after[node] & group) for node in sorted(group)}
    forks = [node for node, later in after.items() if len(later) > 1] or [min(group)]
    best: list[int] | None = None
    looks = _LOOKS
    for start in forks:
        if looks <= 0:
            break
        found, cost = _cycle_through(start, after, len(best) if best else len(group) + 1)
        looks -= cost
        best = found or best
    assert best is not None  # a group of entangled nodes has a cycle through every node
    return _turned(graph, best)


def _cycle_through(start: int, after: dict[int, list[int]], shorter_than: int) -> tuple[list[int] | None, int]:
    """The shortest cycle through ``start`` if it has fewer nodes than ``shorter_than``; how many edges were seen."""
    came_from: dict[int, int] = {}
    depth = {start: 0}
    waiting = deque([start])
    cost = 0
    while waiting:
        node = waiting.popleft()
        if depth[node] + 1 >= shorter_than:
            break
        for later in after[node]:
            cost += 1
            if later == start:
                found = [node]
                while found[-1] != start:
                    found.append(came_from[found[-1]])
                return found[::-1], cost
            if later not in depth:
                depth[later], came_from[later] = depth[node] + 1, node
                waiting.append(later)
    return None, cost


def _turned(graph: Graph, nodes: list[int]) -> list[int]:
    """``nodes`` so turned that the first one waits for the last one although that comes later in the file."""
    count = len(graph.keys)
    backward = [
        (node % count, place)
        for place, node in enumerate(nodes)
        if (nodes[place - 1], node) in graph.mentions and node % count < nodes[place - 1] % count + 1
    ]
    place = min(backward)[1]
    return nodes[place:] + nodes[:place]


def _edges_along(graph: Graph, nodes: list[int]) -> list[Edge]:
    """The edges of a cycle, each waiter's awaited being the next one's waiter."""
    edges = []
    for place in range(len(nodes), 0, -1):
        earlier, later = nodes[place - 1], nodes[place % len(nodes)]
        waiter, awaited = graph.key_of(later), graph.key_of(earlier)
        if waiter != awaited:
            edges.append(Edge(waiter, awaited, graph.mentions.get((earlier, later))))
    return edges
