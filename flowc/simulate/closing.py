"""How a run ends: completed with its output, failed by a step, or with all that had not settled cancelled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flowc.references import resolve
from flowc.simulate.change import Change
from flowc.simulate.state import Step


def complete_run(change: Change) -> None:
    """End a run whose steps have all settled."""
    change.end("completed", output=_returns(change), ended_at=change.now)


def fail_run(change: Change) -> None:
    """End the run at once; the first slug, and the first element of a map, is the failure that it names."""
    for failure in sorted(change.failures, key=lambda each: (each.slug, each.element), reverse=True):
        change.steps[failure.slug] = replace(change.steps[failure.slug], error=failure.error)
        first = failure
    change.end("failed", failed_step=first.slug, error=first.error, ended_at=change.now)
    cancel_rest(change)


def cancel_rest(change: Change) -> None:
    """Cancel every task and step that has not settled."""
    for slug, index, task in change.tasks():
        if task.status in ("queued", "started"):
            ended = replace(task, status="cancelled", lease_expires_at=None, deadline=None, ended_at=change.now)
            change.put_task(slug, index, ended)
    for name in change.plan.order:
        step = change.steps.get(name) or Step("created")
        if not change.is_settled(name) and step.status != "failed":
            change.steps[name] = replace(step, status="cancelled", ended_at=change.now)


def _returns(change: Change) -> Any:
    """The run's output: its `returns`, or the outputs of the steps that nobody depends on, null where there is none."""
    template = change.plan.definition.get("returns")
    if template is None:
        return {slug: change.value_of(slug) for slug in change.plan.final}
    return resolve(template, change.value_of)
