"""The order in which a deployed flow's steps are drawn: topological, then by slug; its file is not at hand."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import TopologicalSorter
from typing import Any


def drawing_order(body: Mapping[str, Any]) -> list[str]:
    """The slugs of a definition, each after what it waits for and after its branch; equals by slug."""
    steps: Mapping[str, Mapping[str, Any]] = body["steps"]
    inside: dict[str, list[str]] = {}
    for slug in steps:
        for branch in _branches_of(slug, steps):
            inside.setdefault(branch, []).append(slug)
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for slug, step in steps.items():
        awaited = _awaited(step)
        gates = {step["branch"]} if "branch" in step else set()
        sorter.add(slug, *sorted(awaited | gates | {each for other in awaited for each in inside.get(other, ())}))
    sorter.prepare()
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += ready
        sorter.done(*ready)
    return order


def _awaited(step: Mapping[str, Any]) -> set[str]:
    patterns = step.get("run_if", []) + step.get("run_unless", [])
    conditions = {slug for pattern in patterns for slug in pattern if slug != "input"}
    return set(step.get("depends_on", ())) | conditions


def _branches_of(slug: str, steps: Mapping[str, Mapping[str, Any]]) -> list[str]:
    found = []
    branch = steps[slug].get("branch")
    while branch is not None:
        found.append(branch)
        branch = steps[branch].get("branch")
    return found
