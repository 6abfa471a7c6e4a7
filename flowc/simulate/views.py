"""What people and workers read of a run: the rows of the database's views, and a leased task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from flowc.simulate.definition import Plan, end_of
from flowc.simulate.state import Error, Run, RunStatus, SkipReason, Step, StepStatus, Task, TaskStatus

_WAITING = Step("created")


class TaskKey(NamedTuple):
    """Which task: ``task_index`` is None unless the step is a map."""

    run_id: str
    step_slug: str
    task_index: int | None


@dataclass(frozen=True, slots=True)
class LeasedTask:
    """A task in a worker's hands, with what its handler needs.

    ``inputs`` holds the outputs of the steps that it may see, None where there is none; ``errors`` the errors of those
    of them whose handler failed. ``failures`` counts the earlier ones. The values belong to the run: read them only.
    """

    run_id: str
    flow_slug: str
    step_slug: str
    task_index: int | None
    attempt: int
    failures: int
    started_at: datetime
    lease_expires_at: datetime
    deadline: datetime
    run_input: Any
    inputs: dict[str, Any]
    item: Any
    errors: dict[str, Error]
    check_input: bool

    @property
    def key(self) -> TaskKey:
        """Which task this is an attempt of."""
        return TaskKey(self.run_id, self.step_slug, self.task_index)


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as ``flowc.runs`` shows it."""

    run_id: str
    flow_slug: str
    status: RunStatus
    run_key: str | None
    input: Any
    output: Any
    error: Error | None
    failed_step: str | None
    skipped_failures: int
    priority: int
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class StepView:
    """A step as ``flowc.step_states`` shows it; ``total`` and ``remaining`` count a map's elements."""

    step_slug: str
    kind: str
    branch: str | None
    status: StepStatus
    skip_reason: SkipReason | None
    output: Any
    error: Error | None
    total: int | None
    remaining: int | None
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as ``flowc.step_tasks`` shows it."""

    step_slug: str
    task_index: int | None
    status: TaskStatus
    attempt: int
    failures: int
    worker: str | None
    visible_at: datetime
    lease_expires_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    output: Any
    error: Error | None


def view_run(plan: Plan, run: Run) -> RunView:
    """The run's own row."""
    return RunView(
        run_id=run.run_id,
        flow_slug=run.flow_slug,
        status=run.status,
        run_key=run.run_key,
        input=run.input,
        output=run.output,
        error=run.error,
        failed_step=run.failed_step,
        skipped_failures=_skipped_failures(plan, run),
        priority=run.priority,
        started_at=run.started_at,
        ended_at=run.ended_at,
    )


def _skipped_failures(plan: Plan, run: Run) -> int:
    """How many tasks failed and were skipped; a map without an array to map over counts as one."""
    count = 0
    for slug, tasks in run.tasks.items():
        if plan.work(slug).skips_failures:
            count += sum(task.status == "failed" for task in tasks.values())
    return count + sum(
        step.skip_reason == "handler_failed" and slug not in run.tasks for slug, step in run.steps.items()
    )


def view_steps(plan: Plan, run: Run) -> dict[str, StepView]:
    """The states of all steps by slug, in topological order; those that wait and the branches too."""
    return {slug: _view_step(plan, run, slug) for slug in plan.order if plan.nodes[slug].kind != "end"}


def _view_step(plan: Plan, run: Run, slug: str) -> StepView:
    node = plan.nodes[slug]
    step = run.steps.get(slug, _WAITING)
    if node.kind == "gate" and step.status == "started":
        step = _open_branch(step, run.steps.get(end_of(slug), step))
    elements = step.elements
    if elements is None and node.kind == "map" and step.status == "completed":
        elements = ()
    return StepView(
        step_slug=slug,
        kind="branch" if node.kind == "gate" else node.kind,
        branch=node.gate,
        status=step.status,
        skip_reason=step.skip_reason,
        output=step.output,
        error=step.error,
        total=None if elements is None else len(elements),
        remaining=None if elements is None else step.remaining,
        started_at=step.started_at,
        ended_at=step.ended_at,
    )


def _open_branch(gate: Step, end: Step) -> Step:
    """A branch whose gate is open: started when that opened, and whatever became of its final steps."""
    return Step(end.status, skip_reason=end.skip_reason, started_at=gate.started_at, ended_at=end.ended_at)


def view_tasks(plan: Plan, run: Run) -> Iterator[TaskView]:
    """The tasks that were made so far, by step in topological order and index."""
    for slug in plan.order:
        for index, task in sorted(run.tasks.get(slug, {}).items(), key=lambda each: -1 if each[0] is None else each[0]):
            yield _view_task(slug, index, task)


def _view_task(slug: str, index: int | None, task: Task) -> TaskView:
    return TaskView(
        step_slug=slug,
        task_index=index,
        status=task.status,
        attempt=task.attempt,
        failures=task.failures,
        worker=task.worker,
        visible_at=task.visible_at,
        lease_expires_at=task.lease_expires_at,
        started_at=task.started_at,
        ended_at=task.ended_at,
        output=task.output,
        error=task.error,
    )


def view_lease(plan: Plan, run: Run, key: TaskKey) -> LeasedTask:
    """A started task, as its worker gets it."""
    task = run.tasks[key.step_slug][key.task_index]
    assert task.started_at is not None
    assert task.lease_expires_at is not None
    assert task.deadline is not None
    states = {slug: run.steps[slug] for slug in plan.work(key.step_slug).visible if slug in run.steps}
    elements = run.steps[key.step_slug].elements
    return LeasedTask(
        run_id=run.run_id,
        flow_slug=run.flow_slug,
        step_slug=key.step_slug,
        task_index=key.task_index,
        attempt=task.attempt,
        failures=task.failures,
        started_at=task.started_at,
        lease_expires_at=task.lease_expires_at,
        deadline=task.deadline,
        run_input=run.input,
        inputs={slug: state.output for slug, state in states.items()},
        item=None if elements is None or key.task_index is None else elements[key.task_index],
        errors={
            slug: state.error
            for slug, state in states.items()
            if state.skip_reason == "handler_failed" and state.error is not None
        },
        check_input=not run.input_checked,
    )
