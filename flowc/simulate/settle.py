"""How a step settles, once, in this order: wait, gate, join, condition, map source, delay, tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from heapq import heappop
from typing import Any

from flowc.references import INPUT
from flowc.simulate.change import Change
from flowc.simulate.closing import complete_run, fail_run
from flowc.simulate.containment import contains
from flowc.simulate.definition import FLOW_END, Node
from flowc.simulate.maps import start_map
from flowc.simulate.state import Task


def settle(change: Change) -> None:
    """Settle all that can settle, until nothing changes: each node once, whatever it waits for before it."""
    while change.reached:
        name = change.plan.order[heappop(change.reached)]
        node = change.plan.nodes[name]
        if name not in change.steps and all(map(change.is_settled, node.waits)):
            _settle_node(change, node)
    if change.failures:
        fail_run(change)
    elif change.is_settled(FLOW_END):
        complete_run(change)


def _settle_node(change: Change, node: Node) -> None:
    if node.gate is not None and change.steps[node.gate].status == "skipped":
        change.skip(node.name, "branch_skipped")
    elif not join_is_satisfied(node.join, [change.steps[name].status == "completed" for name in node.joins]):
        change.skip(node.name, "dependency_skipped")
    elif not condition_is_met(node, _judged(change, node)):
        if node.unmet_fails:
            change.fail(
                node, None, {"class": "ConditionUnmet", "message": f"the condition of `{node.slug}` is not met"}
            )
        else:
            change.skip(node.name, "condition_unmet")
    elif node.kind == "end":
        change.complete(node.name)
    elif node.kind == "gate":
        change.start(node.name)
    elif node.kind == "map":
        start_map(change, node)
    else:
        change.start(node.name)
        visible_at = change.now + timedelta(milliseconds=change.plan.work(node.slug).delay)
        change.put_task(node.slug, None, Task("queued", visible_at))


def join_is_satisfied(join: str, completed: list[bool]) -> bool:
    """Whether a join lets its step run, given for each of its edges whether that completed."""
    if join == "all":
        return all(completed)
    if join == "any":
        return any(completed)
    return join == "settled" or not any(completed)


def condition_is_met(node: Node, judged: Mapping[str, Any]) -> bool:
    """Whether a node's `run_if` and `run_unless` let it run; ``judged`` holds the input and the completed outputs."""

    def matches(patterns: Iterable[Any]) -> bool:
        return any(contains(judged, pattern) for pattern in patterns)

    return (node.run_if is None or matches(node.run_if)) and (node.run_unless is None or not matches(node.run_unless))


def _judged(change: Change, node: Node) -> dict[str, Any]:
    """The run's input, and the outputs of the steps that a node's conditions name and that completed."""
    judged = {INPUT: change.before.input}
    for pattern in (*(node.run_if or ()), *(node.run_unless or ())):
        for slug in pattern:
            if slug != INPUT and change.is_completed(slug):
                judged[slug] = change.steps[slug].output
    return judged
