"""What is drawn, whatever the format: the steps and branches of a flow, the edges between them, and a run's states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from flowc.draw.wording import (
    condition,
    conditions_of,
    cut,
    folded,
    handler_of,
    is_told_by_edges,
    on_edge,
    seen,
    source_of,
)

Kind = Literal["task", "map", "branch"]

# The statuses of steps in the order of a legend, each with a sign that is read without its colour.
SIGNS = {"created": "·", "started": "▸", "completed": "✓", "skipped": "–", "failed": "✗", "cancelled": "×"}
_JOINS = {
    "any": "any: one of them completed",
    "none": "none: none of them completed",
    "settled": "settled: whatever became of them",
}
_LINE, _LINES = 40, 3  # characters of a line, lines of what is said at a time


class State(NamedTuple):
    """How far a step of a run is; ``done`` of ``total`` tasks where it is a map that has begun."""

    status: str
    done: int | None = None
    total: int | None = None

    @property
    def sign(self) -> str:
        """The sign of its status."""
        return SIGNS.get(self.status, "?")

    @property
    def words(self) -> str:
        """Its status, with the number of tasks that are done."""
        return self.status if self.total is None else f"{self.status}, {self.done} of {self.total}"


@dataclass(frozen=True, slots=True)
class Node:
    """A step as it is drawn: its slug and kind, the branch around it, what is said below the slug, a tooltip."""

    slug: str
    kind: Kind
    branch: str | None
    notes: tuple[str, ...]
    tooltip: str
    state: State | None = None

    def lines(self, most: int = _LINE) -> list[str]:
        """The lines below its slug, of at most so many characters: its notes, and how many tasks of a map are done."""
        lines = [line for note in self.notes for line in folded(note, most, _LINES)]
        if self.state and self.state.total is not None:
            lines.append(f"{self.state.done} of {self.state.total}")
        return lines


class Edge(NamedTuple):
    """``target`` waits for ``source``; a condition edge (``tests``) bears in short what it asks for."""

    source: str
    target: str
    tests: bool
    label: str = ""


class Run(NamedTuple):
    """The run whose states are drawn."""

    run_id: str
    status: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A flow to be drawn; ``nodes`` are keyed by slug, in the order of drawing.

    ``inside`` are the nodes by their innermost branch, None for those in none.
    """

    flow: str
    nodes: Mapping[str, Node]
    inside: Mapping[str | None, list[Node]]
    edges: tuple[Edge, ...]
    run: Run | None = None

    def statuses(self) -> list[str]:
        """The statuses that occur, in the order of a legend."""
        found = {node.state.status for node in self.nodes.values() if node.state}
        return [status for status in SIGNS if status in found]


def picture_of(
    body: Mapping[str, Any],
    order: Sequence[str],
    descriptions: Mapping[str, str] | None = None,
    run: Run | None = None,
    states: Mapping[str, State] | None = None,
) -> Picture:
    """The picture of a flow.

    Args:
        body: a definition.
        order: its slugs in the order in which they are drawn.
        descriptions: what the file says of its steps, by slug; definitions do not hold it.
        run, states: a run of the flow, and the states of its steps by slug.
    """
    steps: Mapping[str, Mapping[str, Any]] = body["steps"]
    said, became = descriptions or {}, states or {}
    nodes = {slug: _node(slug, steps[slug], said.get(slug, ""), became.get(slug)) for slug in order}
    inside: dict[str | None, list[Node]] = {}
    for node in nodes.values():
        inside.setdefault(node.branch, []).append(node)
    return Picture(body["flow"], nodes, inside, tuple(e for slug in order for e in _edges(slug, steps[slug])), run)


def _node(slug: str, step: Mapping[str, Any], description: str, state: State | None) -> Node:
    parts = [slug if state is None else f"{slug}: {state.words}", seen(description), *_facts(slug, step)]
    return Node(
        slug, step["kind"], step.get("branch"), tuple(_notes(step)), "\n".join(part for part in parts if part), state
    )


def _notes(step: Mapping[str, Any]) -> Iterator[str]:
    """What stands in a step's box below its slug."""
    if step["kind"] == "map":
        window = f", {step['max_parallel']} at once" if "max_parallel" in step else ""
        yield f"map {source_of(step)}{window}"
    if "join" in step:
        yield f"join {step['join']}"
    if step["kind"] == "branch" or not is_told_by_edges(step):
        words = condition(step)
        if words:
            yield words


def _facts(slug: str, step: Mapping[str, Any]) -> Iterator[str]:
    """What a tooltip says of a step."""
    if step["kind"] == "map":
        yield f"map over {source_of(step)}"
    handler = handler_of(slug, step) if step["kind"] != "branch" else ""
    if handler:
        yield f"handler {handler}"
    if step.get("depends_on"):
        yield f"depends on {', '.join(step['depends_on'])}"
    if "join" in step:
        yield f"join {_JOINS[step['join']]}"
    words = condition(step, None)
    if words:
        yield f"runs {words}"


def _edges(slug: str, step: Mapping[str, Any]) -> Iterator[Edge]:
    for other in step.get("depends_on", ()):
        yield Edge(other, slug, tests=False)
    for other in conditions_of(step):
        yield Edge(other, slug, tests=True, label=cut(on_edge(step, other), _LINE))
