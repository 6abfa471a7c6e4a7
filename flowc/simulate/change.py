"""One call's change of one run: a copy that the call works on, and the run that comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from heapq import heappush
from typing import Any, NamedTuple

from flowc.references import INPUT
from flowc.simulate.definition import FLOW_END, Node, Plan
from flowc.simulate.state import Error, Run, RunStatus, SkipReason, Step, Task, TaskError

# Given a step's jitter, the factor by which a retry's wait is multiplied.
Draw = Callable[[float], float]


class Failure(NamedTuple):
    """What ends a run as failed; of several the least is the one that the run names."""

    slug: str
    element: int  # -1 unless a map's
    error: Error


class Change:
    """What a call does to a run at the moment ``now``: ``run()`` is the run after it, the one before stays."""

    def __init__(self, plan: Plan, run: Run, now: datetime, draw: Draw) -> None:
        self.plan = plan
        self.now = now
        self.draw = draw
        self.before = run
        self.steps = dict(run.steps)
        self.failures: list[Failure] = []
        self.reached: list[int] = []  # a heap of positions: the nodes that may be able to settle
        self._tasks = dict(run.tasks)
        self._copied: set[str] = set()
        self._errors: list[TaskError] = []
        self._end: dict[str, Any] = {}

    def run(self) -> Run:
        """The run after this change."""
        errors = (*self.before.errors, *self._errors) if self._errors else self.before.errors
        return replace(self.before, steps=self.steps, tasks=self._tasks, errors=errors, **self._end)

    def task(self, slug: str, index: int | None) -> Task | None:
        """A task as it stands now; None where there is none."""
        return self._tasks.get(slug, {}).get(index)

    def tasks(self) -> Iterable[tuple[str, int | None, Task]]:
        """All tasks as they stand now."""
        return [(slug, index, task) for slug, tasks in self._tasks.items() for index, task in tasks.items()]

    def put_task(self, slug: str, index: int | None, task: Task) -> None:
        """Set a task."""
        tasks = self._tasks.get(slug, {})
        if slug not in self._copied:
            tasks = dict(tasks)
            self._tasks[slug] = tasks
            self._copied.add(slug)
        assert isinstance(tasks, dict)
        tasks[index] = task

    def record_error(self, error: TaskError) -> None:
        """Keep the error of a failed attempt."""
        self._errors.append(error)

    def reach(self, names: Iterable[str]) -> None:
        """Note nodes that may be able to settle now."""
        for name in names:
            heappush(self.reached, self.plan.position[name])

    def is_settled(self, name: str) -> bool:
        """Whether a node has settled: a step that ended without failing the run, a gate that is open or closed."""
        step = self.steps.get(name)
        if step is None:
            return False
        return step.status in ("completed", "skipped") or (
            step.status == "started" and self.plan.nodes[name].kind == "gate"
        )

    def is_completed(self, name: str) -> bool:
        """Whether a node completed."""
        return name in self.steps and self.steps[name].status == "completed"

    def value_of(self, name: str) -> Any:
        """What a reference's first segment stands for: the input, or a step's output; None where it has none."""
        if name == INPUT:
            return self.before.input
        return self.steps[name].output if self.is_completed(name) else None

    def start(self, name: str) -> None:
        """Open a gate, or start a step that is about to get its tasks."""
        self.steps[name] = Step("started", started_at=self.now)
        if self.plan.nodes[name].kind == "gate":
            self.reach(self.plan.dependents[name])

    def complete(self, name: str, output: Any = None) -> None:
        """Settle a node as completed."""
        self._settle(name, replace(self._step(name), status="completed", output=output, ended_at=self.now))

    def skip(self, name: str, reason: SkipReason, error: Error | None = None) -> None:
        """Settle a node as skipped."""
        skipped = replace(self._step(name), status="skipped", skip_reason=reason, error=error, ended_at=self.now)
        self._settle(name, skipped)

    def fail(self, node: Node, index: int | None, error: Error) -> None:
        """Fail a step, and with it the run, once this call has settled all that it can."""
        self.failures.append(Failure(node.slug, -1 if index is None else index, error))
        self.steps[node.name] = replace(self._step(node.name), status="failed", ended_at=self.now)

    def end(self, status: RunStatus, **fields: Any) -> None:
        """Set the run's status and what else of it changes with that."""
        self._end = {"status": status, **fields}

    def _step(self, name: str) -> Step:
        return self.steps.get(name) or Step("created", started_at=self.now)

    def _settle(self, name: str, step: Step) -> None:
        self.steps[name] = step
        if name != FLOW_END:
            self.reach(self.plan.dependents[name])
