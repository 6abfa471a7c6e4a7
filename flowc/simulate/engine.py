"""The engine in memory: flows are deployed, runs started, tasks polled and settled, and time is set by hand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from flowc.runtime.blobs.depot import MemoryDepot
from flowc.runtime.encode import decode, encode
from flowc.runtime.outcome import Completed, Failed, Outcome
from flowc.simulate import attempts, refusal
from flowc.simulate.attempts import Attempt
from flowc.simulate.change import Change, Draw
from flowc.simulate.closing import cancel_rest
from flowc.simulate.definition import Plan, identity_of, read
from flowc.simulate.polling import Able, has_due_lease, is_ready, next_due, ready_tasks
from flowc.simulate.refusal import Refused
from flowc.simulate.reopen import reopen
from flowc.simulate.settle import settle
from flowc.simulate.state import Answer, Error, Run, RunStatus, TaskError
from flowc.simulate.views import (
    LeasedTask,
    RunView,
    StepView,
    TaskKey,
    TaskView,
    view_lease,
    view_run,
    view_steps,
    view_tasks,
)

EPOCH = datetime(2030, 1, 1, tzinfo=UTC)
LEASE = timedelta(seconds=30)
NO_INPUT: Mapping[str, Any] = {}


def steady(_jitter: float) -> float:
    """The factor of a retry's wait where nothing is left to chance."""
    return 1.0


class Simulation:
    """A database of flows and runs in memory; nothing happens in it but what is called, at the time that ``now`` says.

    ``draw`` gives the factor of a retry's wait for a step's jitter; by default there is none, so that all is certain.
    """

    def __init__(self, now: datetime = EPOCH, draw: Draw = steady) -> None:
        self.now = now
        self.draw = draw
        self.blobs = MemoryDepot()
        self._plans: dict[str, Plan] = {}
        self._runs: dict[str, Run] = {}
        self._keys: dict[tuple[str, str], str] = {}

    def copy(self) -> Simulation:
        """Another simulation in the same state: what happens to one of them does not happen to the other."""
        other = Simulation(self.now, self.draw)
        other.blobs = self.blobs
        other._plans, other._runs, other._keys = dict(self._plans), dict(self._runs), dict(self._keys)
        return other

    def advance(self, duration: timedelta) -> None:
        """Let time pass."""
        self.now += duration

    def deploy(self, definition: dict[str, Any]) -> None:
        """Make a flow known; the same definition again changes nothing.

        Raises:
            Refused: FC002, the slug stands for another definition.
            ValueError: an edge leads to no step, or the steps wait for each other in a circle.
        """
        slug = definition["flow"]
        if slug not in self._plans:
            self._plans[slug] = read(definition)
        elif self._plans[slug].identity != identity_of(definition):
            raise Refused(refusal.DIGEST_DIFFERS, f"`{slug}` is deployed with another definition")

    def plan(self, flow_slug: str) -> Plan:
        """The plan of a deployed flow.

        Raises:
            Refused: FC001, there is no such flow.
        """
        if flow_slug not in self._plans:
            raise Refused(refusal.UNKNOWN_FLOW, f"there is no flow `{flow_slug}`")
        return self._plans[flow_slug]

    def start(
        self,
        flow_slug: str,
        input: Any = NO_INPUT,  # noqa: A002 - the flow file's word
        *,
        run_key: str | None = None,
        priority: int = 0,
        input_checked: bool = False,
        run_id: str | None = None,
    ) -> str:
        """Start a run, settle what can be settled, and return its id; a known ``run_key`` returns the first run's.

        ``run_id`` sets the id, where runs are to be held against those of a database.

        Raises:
            Refused: FC001, there is no such flow.
            NotJSON: the input is no JSON.
        """
        plan = self.plan(flow_slug)
        if run_key is not None and (flow_slug, run_key) in self._keys:
            return self._keys[flow_slug, run_key]
        run_id = run_id or str(UUID(int=len(self._runs) + 1))
        merged = _with_defaults(plan, decode(encode(input)))
        run = Run(run_id, flow_slug, merged, priority, self.now, input_checked, run_key)
        change = Change(plan, run, self.now, self.draw)
        change.reach(plan.order)
        settle(change)
        self._runs[run_id] = change.run()
        if run_key is not None:
            self._keys[flow_slug, run_key] = run_id
        return run_id

    def ready(
        self,
        handlers: Collection[str] | None = None,
        queues: Collection[str] | None = None,
        secrets: Collection[str] | None = None,
    ) -> list[TaskKey]:
        """The tasks that a worker with these could lease now, in the order in which it would; None stands for all."""
        return ready_tasks(self._plans, self._runs.values(), Able(handlers, queues, secrets), self.now)

    def is_ready(self, key: TaskKey) -> bool:
        """Whether a worker could lease this very task now. Raises Refused (FC004) where there is no such run."""
        task = self._run(key.run_id).tasks.get(key.step_slug, {}).get(key.task_index)
        return task is not None and is_ready(task, self.now)

    def lease(self, key: TaskKey, worker: str = "worker", lease: timedelta = LEASE) -> LeasedTask:
        """Lease this very task.

        Raises:
            Refused: FC004, there is no such run; FC005, the task is not ready.
        """
        if not self.is_ready(key):
            raise Refused(refusal.NOT_NOW, f"{key} is not ready")
        return self._lease(key, worker, lease)

    def poll(
        self,
        handlers: Collection[str] | None = None,
        limit: int = 1,
        *,
        worker: str = "worker",
        lease: timedelta = LEASE,
        queues: Collection[str] | None = None,
        secrets: Collection[str] | None = None,
    ) -> list[LeasedTask]:
        """Expire what is due, then lease up to ``limit`` ready tasks, by priority, then by age of their runs."""
        self.expire()
        return [self._lease(key, worker, lease) for key in self.ready(handlers, queues, secrets)[:limit]]

    def complete(self, task: Attempt, output: Any) -> Answer:
        """Report that an attempt went well.

        Raises:
            NotJSON: the output is no JSON.
        """
        return self.settle([(task, Completed(encode(output)))])[0]

    def fail(self, task: Attempt, error: Error, *, retryable: bool = True, retry_at: datetime | None = None) -> Answer:
        """Report that an attempt failed; it is tried again at ``retry_at``, or after the step's own delay."""
        return self.settle([(task, Failed(error, retryable, retry_at))])[0]

    def settle(self, reports: Iterable[tuple[Attempt, Outcome]]) -> list[Answer]:
        """Take the outcomes of many attempts in one transaction: all are counted before any run settles or ends."""
        changes: dict[str, Change] = {}
        answers: list[Answer] = []
        for task, outcome in reports:
            change = self._change(changes, task.run_id)
            answers.append("run_closed" if change is None else attempts.take(change, task, outcome, self.blobs))
        self._commit(changes)
        return answers

    def expire(self) -> int:
        """Fail the attempts whose lease is over; how many they were."""
        changes: dict[str, Change] = {}
        for run_id, run in self._runs.items():
            if has_due_lease(run, self.now):
                self._change(changes, run_id)
        count = sum(attempts.expire(change) for change in changes.values())
        self._commit(changes)
        return count

    def extend(self, task: Attempt, lease: timedelta = LEASE) -> Answer:
        """Extend a lease to ``lease`` from now, at most to its deadline: ok, stale or run_closed."""
        return self._on_attempt(task, lambda change: attempts.extend(change, task, lease))

    def release(self, task: Attempt) -> Answer:
        """Hand back a task that was not begun: ok, stale or run_closed."""
        return self._on_attempt(task, lambda change: attempts.release(change, task))

    def cancel(self, run_id: str, reason: str | None = None) -> RunStatus:
        """Cancel all of a run that has not settled; an ended run stays as it is. The run's status afterwards.

        Raises:
            Refused: FC004, there is no such run.
        """
        run = self._run(run_id)
        if run.status == "started":
            change = Change(self._plans[run.flow_slug], run, self.now, self.draw)
            error = None if reason is None else {"class": "Cancelled", "message": reason}
            change.end("cancelled", error=error, ended_at=self.now)
            cancel_rest(change)
            self._runs[run_id] = change.run()
        return self._runs[run_id].status

    def retry(self, run_id: str) -> RunStatus:
        """Open a failed or cancelled run again where it stopped; a started one stays as it is. The status afterwards.

        Raises:
            Refused: FC004, there is no such run; FC005, it completed.
        """
        run = self._run(run_id)
        if run.status == "completed":
            raise Refused(refusal.NOT_NOW, f"run {run_id} completed: there is nothing to retry")
        if run.status != "started":
            change = Change(self._plans[run.flow_slug], run, self.now, self.draw)
            reopen(change)
            self._runs[run_id] = change.run()
        return self._runs[run_id].status

    def next_due(self) -> datetime | None:
        """When a poll may next find something: a task becomes ready, or a lease ends. None: never, without a call."""
        return next_due(self._runs.values())

    def run(self, run_id: str) -> RunView:
        """The run's own row. Raises Refused (FC004) where there is none."""
        run = self._run(run_id)
        return view_run(self._plans[run.flow_slug], run)

    def runs(self) -> list[RunView]:
        """The rows of all runs, in the order of their starts."""
        return [self.run(run_id) for run_id in self._runs]

    def step_states(self, run_id: str) -> dict[str, StepView]:
        """What became of each step so far, by slug, in topological order. Raises Refused (FC004) without such a run."""
        run = self._run(run_id)
        return view_steps(self._plans[run.flow_slug], run)

    def step_tasks(self, run_id: str) -> list[TaskView]:
        """The tasks that were made so far. Raises Refused (FC004) without such a run."""
        run = self._run(run_id)
        return list(view_tasks(self._plans[run.flow_slug], run))

    def task_errors(self, run_id: str) -> list[TaskError]:
        """The errors of all failed attempts, as they came. Raises Refused (FC004) without such a run."""
        return list(self._run(run_id).errors)

    def _run(self, run_id: str) -> Run:
        if run_id not in self._runs:
            raise Refused(refusal.UNKNOWN_RUN, f"there is no run {run_id}")
        return self._runs[run_id]

    def _lease(self, key: TaskKey, worker: str, lease: timedelta) -> LeasedTask:
        run = self._runs[key.run_id]
        change = Change(self._plans[run.flow_slug], run, self.now, self.draw)
        attempts.lease(change, key.step_slug, key.task_index, worker, lease)
        self._runs[key.run_id] = change.run()
        return view_lease(change.plan, self._runs[key.run_id], key)

    def _change(self, changes: dict[str, Change], run_id: str) -> Change | None:
        """The change of a run within this call; None without such a run (it was pruned)."""
        run = self._runs.get(run_id)
        if run is not None and run_id not in changes:
            changes[run_id] = Change(self._plans[run.flow_slug], run, self.now, self.draw)
        return changes.get(run_id)

    def _commit(self, changes: Mapping[str, Change]) -> None:
        for run_id, change in changes.items():
            if change.before.status == "started":
                settle(change)
                self._runs[run_id] = change.run()

    def _on_attempt(self, task: Attempt, act: Callable[[Change], Answer]) -> Answer:
        change = self._change({}, task.run_id)
        if change is None:
            return "run_closed"
        answer = act(change)
        self._runs[task.run_id] = change.run()
        return answer


def _with_defaults(plan: Plan, value: Any) -> Any:
    """The input with the top-level defaults of its schema for the keys that it lacks."""
    properties = plan.definition.get("input", {}).get("properties")
    if not isinstance(value, dict) or not isinstance(properties, dict):
        return value
    for key, schema in properties.items():
        if isinstance(schema, dict) and "default" in schema:
            value.setdefault(key, schema["default"])
    return value
