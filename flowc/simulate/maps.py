"""A map: its source, the tasks of its elements, the window of those that may be under way, and its output."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flowc.references import INPUT, is_reference, parse_reference, resolve
from flowc.runtime.blobs import Blob
from flowc.simulate.change import Change
from flowc.simulate.definition import Node
from flowc.simulate.state import Task


def start_map(change: Change, node: Node) -> None:
    """Settle a map whose join and condition let it run, as far as its source decides it; else make its first tasks."""
    work = change.plan.work(node.slug)
    if is_reference(work.source):
        source = parse_reference(work.source).name
        if source != INPUT and not change.is_completed(source):
            change.skip(node.name, "dependency_skipped")
            return
    elements = resolve(work.source, change.value_of)
    if not isinstance(elements, list):
        message = f"`{work.source}`, which `{node.slug}` maps over, is {_kind(elements)}, not an array"
        error = {"class": "NotAnArray", "message": message}
        if work.skips_failures:
            change.skip(node.name, "handler_failed", error)
        else:
            change.fail(node, None, error)
        return
    if not elements:
        change.complete(node.name, [])
        return
    change.start(node.name)
    change.steps[node.name] = replace(
        change.steps[node.name],
        ready_at=change.now + timedelta(milliseconds=work.delay),
        elements=tuple(elements),
        sequence=range(len(elements)),
        remaining=len(elements),
    )
    open_window(change, node.slug)


def open_window(change: Change, slug: str) -> None:
    """Make the tasks of a map's next elements, as many as its `max_parallel` has room for."""
    step = change.steps[slug]
    limit = change.plan.work(slug).max_parallel
    unsettled = step.remaining - (len(step.sequence) - step.opened)
    room = len(step.sequence) if limit is None else limit - unsettled
    opened = min(len(step.sequence), step.opened + max(room, 0))
    if opened == step.opened:
        return
    visible_at = max(change.now, step.ready_at or change.now)
    for index in step.sequence[step.opened : opened]:
        before = change.task(slug, index)
        change.put_task(slug, index, queued_again(before, visible_at) if before else Task("queued", visible_at))
    change.steps[slug] = replace(step, opened=opened)


def queued_again(task: Task, visible_at: datetime) -> Task:
    """A task of a reopened step: a fresh budget, the attempt numbers go on."""
    return Task("queued", visible_at, attempt=task.attempt, counted=task.counted)


def element_settled(change: Change, slug: str) -> None:
    """Count down a map: the window moves on, and the last element settles the step."""
    step = replace(change.steps[slug], remaining=change.steps[slug].remaining - 1)
    change.steps[slug] = step
    if step.status == "failed":
        return
    if step.remaining:
        open_window(change, slug)
        return
    tasks = [change.task(slug, index) for index in range(len(step.elements or ()))]
    if any(task is not None and task.status == "completed" for task in tasks):
        change.complete(slug, [task.output if task is not None else None for task in tasks])
    else:
        change.skip(slug, "handler_failed", next((task.error for task in tasks if task is not None), None))


def _kind(value: Any) -> str:
    if value is None or isinstance(value, Blob):
        return "null"
    names = {bool: "a boolean", int: "an integer", float: "a number", str: "a string", dict: "an object"}
    return names[type(value)]
