"""What always holds of a run, read from its views alone: each function names what is wrong; none when all is well.

The rules are written down here a second time, naively and from the definition, so that they can be held against
whatever shows the same rows: the interpreter, or the database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flowc.references import parse_reference, resolve
from flowc.simulate import RunView, Simulation, StepView, TaskView
from flowc.simulate.containment import contains

SETTLED = ("completed", "skipped")


@dataclass(frozen=True)
class Picture:
    """A run with its flow's definition, as the views show it at one moment."""

    definition: dict[str, Any]
    run: RunView
    states: dict[str, StepView]
    tasks: list[TaskView]

    @property
    def steps(self) -> dict[str, dict[str, Any]]:
        return self.definition["steps"]

    def tasks_of(self, slug: str) -> list[TaskView]:
        return [task for task in self.tasks if task.step_slug == slug]

    def enclosing(self, slug: str) -> Iterator[str]:
        while branch := self.steps[slug].get("branch"):
            yield branch
            slug = branch

    def inside(self, branch: str) -> list[str]:
        return [slug for slug in self.steps if branch in self.enclosing(slug)]

    def edges(self, slug: str) -> list[str]:
        return [*self.steps[slug].get("depends_on", ()), *self.conditions(slug)]

    def conditions(self, slug: str) -> list[str]:
        step = self.steps[slug]
        patterns = [*step.get("run_if", ()), *step.get("run_unless", ())]
        return [name for pattern in patterns for name in pattern if name != "input"]

    def is_branch(self, slug: str) -> bool:
        return self.steps[slug]["kind"] == "branch"

    def final(self, slugs: list[str]) -> list[str]:
        """Of the steps of a branch, or of the flow, those on which no other of them depends."""
        depended = {name for slug in slugs for name in self.edges(slug)}
        return [
            slug
            for slug in slugs
            if not self.is_branch(slug)
            and slug not in depended
            and not any(around in depended and around in slugs for around in self.enclosing(slug))
        ]

    def has_settled(self, slug: str) -> bool:
        """As a dependency: a branch with all that is in it."""
        if self.is_branch(slug):
            return all(self.has_settled(name) for name in self.inside(slug) if not self.is_branch(name))
        return self.states[slug].status in SETTLED

    def has_completed(self, slug: str) -> bool:
        if self.is_branch(slug):
            return any(self.has_completed(name) for name in self.final(self.inside(slug)))
        return self.states[slug].status == "completed"

    def waits(self, slug: str) -> bool:
        branch = self.steps[slug].get("branch")
        if branch is not None and (self.waits(branch) or self.states[branch].status == "failed"):
            return True
        return not all(map(self.has_settled, self.edges(slug)))

    def verdict(self, slug: str) -> str:
        """What gate, join and condition make of a step that waits no more."""
        step = self.steps[slug]
        branch = step.get("branch")
        if branch is not None and self.verdict(branch) != "runs":
            return "branch_skipped"
        completed = [self.has_completed(name) for name in step.get("depends_on", ())]
        satisfied = {"all": all(completed), "any": any(completed), "none": not any(completed), "settled": True}
        if not satisfied[step.get("join", "all")]:
            return "dependency_skipped"
        known = {name: self.states[name].output for name in self.steps if self.has_completed(name)}
        known["input"] = self.run.input
        for key, wanted in (("run_if", True), ("run_unless", False)):
            if key in step and any(contains(known, pattern) for pattern in step[key]) != wanted:
                return "condition_unmet"
        source = step.get("map")
        if isinstance(source, str):
            name = parse_reference(source).name
            if name != "input" and not self.has_completed(name):
                return "dependency_skipped"
        return "runs"

    def value(self, template: Any) -> Any:
        def value_of(name: str) -> Any:
            if name == "input":
                return self.run.input
            return self.states[name].output if self.has_completed(name) else None

        return resolve(template, value_of)


def picture(simulation: Simulation, definition: dict[str, Any], run_id: str) -> Picture:
    """What the views of a simulation show of a run."""
    return Picture(definition, simulation.run(run_id), simulation.step_states(run_id), simulation.step_tasks(run_id))


def violations(shown: Picture) -> list[str]:
    """All that is wrong with a run."""
    checks = (_run_row, _step_states, _branches, _tasks, _maps, _progress, _output)
    return [f"{check.__name__[1:]}: {found}" for check in checks for found in check(shown)]


def _run_row(shown: Picture) -> Iterator[str]:
    """From an ended run's own row one reads its output or its error, and which step failed."""
    run = shown.run
    if (run.status == "started") != (run.ended_at is None):
        yield f"{run.status}, ended at {run.ended_at}"
    failed = [slug for slug, state in shown.states.items() if state.status == "failed"]
    if run.status == "failed" and (run.failed_step != min(failed, default=None) or run.error is None):
        yield f"failed by {run.failed_step}, failed steps are {failed}, error {run.error}"
    if run.status != "failed" and (failed or run.failed_step is not None):
        yield f"{run.status} with failed steps {failed} and {run.failed_step}"
    if run.status != "completed" and run.output is not None:
        yield f"{run.status} with an output"


def _step_states(shown: Picture) -> Iterator[str]:
    """A step is what its dependencies make of it: it settles once they have, never earlier, and in the page's order."""
    open_statuses = ("created", "started") if shown.run.status == "started" else ("failed", "cancelled")
    for slug, state in shown.states.items():
        if shown.is_branch(slug):
            continue
        if shown.waits(slug):
            expected = {open_statuses[0], open_statuses[-1]} - {"started", "failed"}
        elif (verdict := shown.verdict(slug)) != "runs":
            expected = {verdict} if shown.run.status == "started" else {verdict, *open_statuses}
        else:
            expected = {"completed", "handler_failed", *open_statuses} - {"created"}
        found = state.skip_reason or state.status
        if found not in expected or (state.status == "skipped") != (state.skip_reason is not None):
            yield f"{slug} is {found} where it should be one of {sorted(expected)}"


def _branches(shown: Picture) -> Iterator[str]:
    """A branch that is closed is skipped; one that is open is what its final steps are."""
    ended = shown.run.status in ("failed", "cancelled")
    for slug, state in shown.states.items():
        if not shown.is_branch(slug):
            continue
        if shown.waits(slug):
            expected = "cancelled" if ended else "created"
        elif (verdict := shown.verdict(slug)) != "runs":
            expected = verdict
        elif shown.has_settled(slug):
            expected = "completed" if shown.has_completed(slug) else "dependency_skipped"
        else:
            expected = "cancelled" if ended else "started"
        found = state.skip_reason or state.status
        unmet = expected == "condition_unmet" and shown.steps[slug].get("on_unmet") == "fail"
        if found != expected and not (unmet and found == "failed"):
            yield f"{slug} is {found} where it should be {expected}"


def _tasks(shown: Picture) -> Iterator[str]:
    """Only steps that run have tasks; attempts and failures stay in their bounds; an ended run has no live task."""
    for task in shown.tasks:
        where = f"{task.step_slug}[{task.task_index}]"
        live = task.status in ("queued", "started")
        if live and shown.states[task.step_slug].status != "started":
            yield f"{where} is {task.status} in a step that is {shown.states[task.step_slug].status}"
        if (task.status == "started") != (task.lease_expires_at is not None):
            yield f"{where} is {task.status} with a lease until {task.lease_expires_at}"
        most = shown.steps[task.step_slug].get("retry", {}).get("max_attempts", 3)
        if not 0 <= task.failures <= min(most, task.attempt) or (live and task.failures == most):
            yield f"{where} is {task.status} with {task.failures} failures in {task.attempt} attempts of {most}"
    for slug, state in shown.states.items():
        if state.skip_reason not in (None, "handler_failed") and shown.tasks_of(slug):
            yield f"{slug} is {state.skip_reason} and has tasks"


def _maps(shown: Picture) -> Iterator[str]:
    """A map's tasks are its elements in order, its window is kept and full, its output has each of them once."""
    for slug, state in shown.states.items():
        if shown.steps[slug]["kind"] != "map" or state.total is None:
            continue
        tasks = shown.tasks_of(slug)
        counts = Counter(task.status for task in tasks)
        if len({task.task_index for task in tasks}) != len(tasks) or len(tasks) > state.total:
            yield f"{slug} has {len(tasks)} tasks for {state.total} elements"
        window = shown.steps[slug].get("max_parallel", state.total)
        live = counts["queued"] + counts["started"]
        if state.status == "started" and live != min(window, state.remaining or 0):
            yield f"{slug} has {live} live tasks in a window of {window} with {state.remaining} remaining"
        if state.status in SETTLED and (live or state.remaining):
            yield f"{slug} is {state.status} with {live} live tasks and {state.remaining} remaining"
        if state.status == "completed" and state.output != [task.output for task in tasks]:
            yield f"{slug} has the output {state.output}"


def _progress(shown: Picture) -> Iterator[str]:
    """A run that is under way has a live task, one that completed has nothing left to settle."""
    live = [task for task in shown.tasks if task.status in ("queued", "started")]
    if (shown.run.status == "started") != bool(live):
        yield f"{shown.run.status} with {len(live)} live tasks"
    if shown.run.status == "completed" and not all(map(shown.has_settled, shown.steps)):
        yield "completed with steps that have not settled"


def _output(shown: Picture) -> Iterator[str]:
    """The output has all its keys; skipped failures are counted."""
    if shown.run.status == "completed":
        finals = {slug: f"${slug}" for slug in shown.final(list(shown.steps))}
        expected = shown.value(shown.definition.get("returns", finals))
        if expected != shown.run.output:
            yield f"{shown.run.output} where it should be {expected}"
        failed = sum(task.status == "failed" for task in shown.tasks)
        without_array = [s for s, state in shown.states.items() if state.error and not shown.tasks_of(s)]
        if shown.run.skipped_failures != failed + len(without_array):
            yield f"{shown.run.skipped_failures} skipped failures where {failed} tasks failed"
