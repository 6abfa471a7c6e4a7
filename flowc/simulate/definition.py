"""Reads a definition into a plan: a graph of nodes with every default filled in, ready to be settled."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from flowc.references import INPUT
from flowc.runtime.arguments import visible_steps

NodeKind = Literal["task", "map", "gate", "end"]
Join = Literal["all", "any", "none", "settled"]


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and how late a task is tried again: delays in ms, ``jitter`` as a share of the delay."""

    max_attempts: int = 3
    base_delay: int = 1_000
    max_delay: int = 300_000
    jitter: float = 0.1


@dataclass(frozen=True, slots=True)
class Work:
    """What the tasks of a step are: who performs them, with what, and how patiently; durations in ms."""

    handlers: tuple[str, ...]
    retry: Retry
    timeout: int
    delay: int
    queue: str
    priority: int
    skips_failures: bool
    visible: tuple[str, ...]  # the steps whose outputs the handler may see
    source: Any = None  # of a map: a reference or a list
    max_parallel: int | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """What settles once: a task or map step, the gate of a branch, or the end of a branch (of the flow: slug "").

    ``waits`` are all its edges, ``joins`` those that the join judges. ``gate`` is the innermost enclosing branch.
    A name is the slug, or ``<slug>.end``.
    """

    name: str
    slug: str
    kind: NodeKind
    waits: tuple[str, ...]
    joins: tuple[str, ...]
    join: Join = "all"
    gate: str | None = None
    run_if: tuple[Any, ...] | None = None
    run_unless: tuple[Any, ...] | None = None
    unmet_fails: bool = False
    work: Work | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A definition as a graph: ``order`` is topological (by level, then slug); on ``final`` steps nobody depends."""

    flow_slug: str
    definition: dict[str, Any]
    identity: str
    nodes: Mapping[str, Node]
    order: tuple[str, ...]
    position: Mapping[str, int]
    dependents: Mapping[str, tuple[str, ...]]
    final: tuple[str, ...]
    secrets: frozenset[str]

    def work(self, slug: str) -> Work:
        """What the tasks of a task or map step are."""
        work = self.nodes[slug].work
        assert work is not None
        return work


def end_of(branch: str) -> str:
    """The name of the node at which a branch has settled as a dependency; "" stands for the whole flow."""
    return f"{branch}.end"


FLOW_END = end_of("")


def identity_of(definition: Mapping[str, Any]) -> str:
    """The definition's canonical text: two definitions are the same when this is (1 and 1.0 differ)."""
    return json.dumps(definition, sort_keys=True, separators=(",", ":"))


def read(definition: dict[str, Any]) -> Plan:
    """The plan of a definition.

    Raises:
        ValueError: an edge leads to no step, or the steps wait for each other in a circle.
    """
    steps: dict[str, dict[str, Any]] = definition["steps"]
    for slug, step in steps.items():
        for name in [*_edges(step), *([step["branch"]] if "branch" in step else [])]:
            if name not in steps:
                raise ValueError(f"`{slug}` waits for `{name}`, which is no step of `{definition['flow']}`")
    final = _final_steps(steps)
    nodes = {node.name: node for node in _nodes(definition, final)}
    dependents = _dependents(nodes)
    order = _topological(nodes, dependents)
    return Plan(
        flow_slug=definition["flow"],
        definition=definition,
        identity=identity_of(definition),
        nodes=nodes,
        order=order,
        position={name: position for position, name in enumerate(order)},
        dependents=dependents,
        final=tuple(sorted(final[""])),
        secrets=frozenset(definition.get("secrets", ())),
    )


def _conditions(step: Mapping[str, Any]) -> list[str]:
    """The slugs of a step's own conditions, each once."""
    patterns = [*step.get("run_if", ()), *step.get("run_unless", ())]
    return list(dict.fromkeys(slug for pattern in patterns for slug in pattern if slug != INPUT))


def _edges(step: Mapping[str, Any]) -> list[str]:
    return [*step.get("depends_on", ()), *_conditions(step)]


def _nodes(definition: Mapping[str, Any], final: Mapping[str, Iterable[str]]) -> Iterator[Node]:
    steps: dict[str, dict[str, Any]] = definition["steps"]

    def settled_at(slug: str) -> str:
        return end_of(slug) if steps[slug]["kind"] == "branch" else slug

    for slug, step in steps.items():
        branch = step.get("branch")
        conditions = [settled_at(name) for name in _conditions(step)]
        joins = [name for name in map(settled_at, step.get("depends_on", ())) if name not in conditions]
        kind: NodeKind = "gate" if step["kind"] == "branch" else step["kind"]
        yield Node(
            name=slug,
            slug=slug,
            kind=kind,
            waits=(*joins, *conditions, *([branch] if branch else [])),
            joins=tuple(joins),
            join=step.get("join", "all"),
            gate=branch,
            run_if=_patterns(step, "run_if"),
            run_unless=_patterns(step, "run_unless"),
            unmet_fails=step.get("on_unmet") == "fail",
            work=None if kind == "gate" else _work(slug, definition),
        )
    for branch, leaves in final.items():
        yield Node(name=end_of(branch), slug=branch, kind="end", waits=tuple(leaves), joins=tuple(leaves), join="any")


def _patterns(step: Mapping[str, Any], key: str) -> tuple[Any, ...] | None:
    return tuple(step[key]) if key in step else None


def _work(slug: str, definition: Mapping[str, Any]) -> Work:
    step = definition["steps"][slug]
    handler = step.get("handler", slug)
    return Work(
        handlers=(handler,) if isinstance(handler, str) else tuple(handler),
        retry=Retry(**step.get("retry", {})),
        timeout=step.get("timeout", 60_000),
        delay=step.get("delay", 0),
        queue=step.get("queue", "default"),
        priority=step.get("priority", 0),
        skips_failures=step.get("on_failure") == "skip",
        visible=visible_steps(definition, slug),
        source=step.get("map"),
        max_parallel=step.get("max_parallel"),
    )


def _enclosing(slug: str, steps: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """The branches around a step, innermost first."""
    branch = steps[slug].get("branch")
    while branch is not None:
        yield branch
        branch = steps[branch].get("branch")


def _final_steps(steps: Mapping[str, dict[str, Any]]) -> dict[str, list[str]]:
    """The final steps of each branch, and under "" those of the flow.

    A task or map step is final in a branch unless another step in that branch depends on it, or on a branch that
    encloses it there. So the edge ``y -> x`` ends the finality of x, and of all in x, in every branch around both.
    """
    around = {slug: [*_enclosing(slug, steps), ""] for slug in steps}
    not_final: dict[str, set[str]] = {slug: set() for slug in steps}
    for slug, step in steps.items():
        for name in _edges(step):
            not_final[name].update(around[slug])
    final: dict[str, list[str]] = {"": []}
    final.update({slug: [] for slug, step in steps.items() if step["kind"] == "branch"})
    for slug, step in steps.items():
        if step["kind"] == "branch":
            continue
        depended_on: set[str] = set()
        inside = [slug, *around[slug]]
        for within, branch in zip(inside, around[slug], strict=False):
            depended_on |= not_final[within]
            if branch not in depended_on:
                final[branch].append(slug)
    return final


def _dependents(nodes: Mapping[str, Node]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {name: [] for name in nodes}
    for name, node in nodes.items():
        for edge in node.waits:
            found[edge].append(name)
    return {name: tuple(names) for name, names in found.items()}


def _topological(nodes: Mapping[str, Node], dependents: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Names by level, then name: whatever a node waits for stands before it."""
    missing = {name: len(node.waits) for name, node in nodes.items()}
    order: list[str] = []
    level = sorted(name for name, count in missing.items() if count == 0)
    while level:
        order += level
        reached: list[str] = []
        for name in level:
            for dependent in dependents[name]:
                missing[dependent] -= 1
                if missing[dependent] == 0:
                    reached.append(dependent)
        level = sorted(reached)
    if len(order) < len(nodes):
        stuck = sorted(name for name, count in missing.items() if count)
        raise ValueError(f"these steps wait for each other in a circle: {', '.join(stuck)}")
    return tuple(order)
