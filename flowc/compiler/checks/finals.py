"""The final steps of branches: a branch that was waited for completed if one of them did."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowc.compiler.model import Flow

_latest: list[tuple[Flow, dict[str, list[str]]]] = []


def final_steps(flow: Flow) -> dict[str, list[str]]:
    """By branch the steps in it on which nothing else in it depends, at whatever depth; the same for one flow."""
    if not _latest or _latest[0][0] is not flow:
        _latest[:] = [(flow, _final_steps(flow))]
    return _latest[0][1]


def _final_steps(flow: Flow) -> dict[str, list[str]]:
    if all(step.kind != "branch" for step in flow.steps.values()):
        return {}
    around = {key: _around(flow, key) for key in flow.steps}
    # Where something waits for a step or a branch, that is final in none of the branches around the waiter.
    waited: dict[str, set[str]] = {key: set() for key in flow.steps}
    for key, step in flow.steps.items():
        for name in (*step.joins, *step.conditions):
            if name in waited:
                waited[name].update(around[key])
    final: dict[str, list[str]] = {key: [] for key, step in flow.steps.items() if step.kind == "branch"}
    for key, step in flow.steps.items():
        depended_on: set[str] = set()
        for within, branch in zip((key, *around[key]), around[key], strict=False):
            depended_on |= waited[within]
            if step.kind != "branch" and branch not in depended_on:
                final[branch].append(key)
    return final


def _around(flow: Flow, key: str) -> list[str]:
    """The keys of the branches around a step, the innermost first; not their slugs, which may be there twice."""
    found = []
    branch = flow.steps[key].branch
    while branch is not None:
        found.append(branch)
        branch = flow.steps[branch].branch
    return found
