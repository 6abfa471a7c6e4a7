"""What retry_run does to a run that failed or was cancelled: whatever had not settled is open again."""

from __future__ import annotations

from dataclasses import replace

from flowc.simulate.change import Change
from flowc.simulate.maps import open_window, queued_again
from flowc.simulate.settle import settle
from flowc.simulate.state import Step


def reopen(change: Change) -> None:
    """Open the run again and settle what can be settled: completed and skipped steps stay, no delay is waited again."""
    change.end("started", error=None, failed_step=None, output=None, ended_at=None)
    for name, step in list(change.steps.items()):
        if step.status in ("failed", "cancelled"):
            _reopen_step(change, name, step)
    change.reach(name for name in change.plan.order if name not in change.steps)
    settle(change)


def _reopen_step(change: Change, name: str, step: Step) -> None:
    if step.elements is not None:
        _reopen_map(change, name, step)
        return
    task = change.task(name, None)
    if task is None:  # it never got as far as its tasks: let it wait again
        del change.steps[name]
        return
    change.put_task(name, None, queued_again(task, change.now))
    change.steps[name] = replace(step, status="started", error=None, ended_at=None)


def _reopen_map(change: Change, slug: str, step: Step) -> None:
    """Open again the elements without an output, through the window, the first ones first."""
    again = []
    for index in range(len(step.elements or ())):
        task = change.task(slug, index)
        if task is None or task.status != "completed":
            again.append(index)
        if task is not None and task.status != "completed":
            change.put_task(slug, index, replace(task, status="cancelled"))  # until the window reaches it
    change.steps[slug] = replace(
        step,
        status="started",
        error=None,
        ended_at=None,
        ready_at=change.now,
        sequence=tuple(again),
        opened=0,
        remaining=len(again),
    )
    open_window(change, slug)
