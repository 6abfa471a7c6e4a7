"""Which tasks a worker could lease at a moment, in which order, and when there may next be any."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from flowc.simulate.definition import Plan, Work
from flowc.simulate.state import Run, Task
from flowc.simulate.views import TaskKey


@dataclass(frozen=True, slots=True)
class Able:
    """What a worker can take: handlers it has, queues it serves, secrets it holds; None stands for all."""

    handlers: Collection[str] | None = None
    queues: Collection[str] | None = None
    secrets: Collection[str] | None = None

    def takes_flow(self, plan: Plan) -> bool:
        """Whether it holds the secrets that the flow names."""
        return self.secrets is None or plan.secrets <= set(self.secrets)

    def takes(self, work: Work) -> bool:
        """Whether it serves the step's queue and has all of its handlers."""
        return (self.queues is None or work.queue in self.queues) and (
            self.handlers is None or set(work.handlers) <= set(self.handlers)
        )


def ready_tasks(plans: Mapping[str, Plan], runs: Iterable[Run], able: Able, now: datetime) -> list[TaskKey]:
    """The tasks that can be leased, by priority (the run's plus the step's), age of run, place in the flow, index."""
    found: list[tuple[tuple[int, int, int, int], TaskKey]] = []
    for number, run in enumerate(runs):
        plan = plans[run.flow_slug]
        if run.status != "started" or not able.takes_flow(plan):
            continue
        for slug, tasks in run.tasks.items():
            work = plan.work(slug)
            if run.steps[slug].status != "started" or not able.takes(work):
                continue
            priority = run.priority + work.priority
            found += [
                ((-priority, number, plan.position[slug], index or 0), TaskKey(run.run_id, slug, index))
                for index, task in tasks.items()
                if is_ready(task, now)
            ]
    return [key for _, key in sorted(found)]


def is_ready(task: Task, now: datetime) -> bool:
    """Whether a task waits for a worker and may be given to one."""
    return task.status == "queued" and task.visible_at <= now


def has_due_lease(run: Run, now: datetime) -> bool:
    """Whether the lease of some attempt is over."""
    return run.status == "started" and any(
        task.lease_expires_at is not None and task.lease_expires_at <= now for task in _live(run)
    )


def next_due(runs: Iterable[Run]) -> datetime | None:
    """The earliest moment at which a task is ready or a lease ends; None without any."""
    moments = (
        task.visible_at if task.status == "queued" else task.lease_expires_at
        for run in runs
        if run.status == "started"
        for task in _live(run)
    )
    return min((moment for moment in moments if moment is not None), default=None)


def _live(run: Run) -> Iterator[Task]:
    for slug, tasks in run.tasks.items():
        if run.steps[slug].status == "started":
            yield from (task for task in tasks.values() if task.status in ("queued", "started"))
