"""Runs flows with real handlers in memory: a worker for a simulation, and a whole run in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from flowc.db.rows import Task
from flowc.errors import HandlersError
from flowc.references import INPUT, ITEM, parse_reference, references_in
from flowc.runtime.encode import decode, encode
from flowc.runtime.handlers import Handlers
from flowc.runtime.outcome import Failed
from flowc.runtime.perform import perform
from flowc.runtime.plan import Plan, Plans
from flowc.runtime.transactions import Lent
from flowc.simulate.blobs import row_of
from flowc.simulate.engine import NO_INPUT, Simulation
from flowc.simulate.state import Error, RunStatus, TaskError
from flowc.simulate.views import LeasedTask, RunView, StepView, TaskKey, TaskView

Registry = Handlers | Mapping[str, Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that ended: its own row, its steps by slug, its tasks, and the failed attempts in the order they failed."""

    run: RunView
    steps: dict[str, StepView]
    tasks: list[TaskView]
    errors: list[TaskError]

    @property
    def status(self) -> RunStatus:
        """``completed`` or ``failed``."""
        return self.run.status

    @property
    def output(self) -> Any:
        """The run's output; None unless it completed."""
        return self.run.output

    @property
    def error(self) -> Error | None:
        """The error that failed the run."""
        return self.run.error

    @property
    def failed_step(self) -> str | None:
        """The slug of the step that failed the run."""
        return self.run.failed_step


class Worker:
    """Performs the tasks of a simulation, one after the other, each in no time at all.

    Args:
        simulation: where the tasks come from.
        handlers: a registry, or callables by name.
        secrets: what the handlers find in ``ctx.secrets``.
        tx: the connection that a handler gets which asks for ``tx``, in a transaction of its own.

    Raises:
        HandlersError: a callable cannot be registered.
    """

    def __init__(
        self,
        simulation: Simulation,
        handlers: Registry,
        secrets: Mapping[str, str] | None = None,
        tx: Connection | None = None,
    ) -> None:
        self._simulation = simulation
        self._handlers = handlers if isinstance(handlers, Handlers) else _registered(handlers)
        self._plans = Plans(
            self._handlers,
            secrets or {},
            lambda flow: simulation.plan(flow).definition,
            transactions=None if tx is None else Lent(tx),
        )
        self._checked: set[str] = set()  # the runs whose input was held against its schema

    def work(self) -> int:
        """Perform what is ready, and what becomes ready by that, until only time could bring more; how many they were.

        Raises:
            KeyboardInterrupt: a handler was interrupted.
        """
        performed = 0
        self._simulation.expire()
        while ready := self._simulation.ready(self._handlers.names):
            performed += sum(self._perform(key) for key in ready)
        return performed

    def finish(self, run_id: str) -> None:
        """Work until a run has ended, without waiting: time moves to the next moment at which something is due.

        Raises:
            HandlersError: a task is ready, and there is no handler for it.
            KeyboardInterrupt: a handler was interrupted.
        """
        simulation = self._simulation
        self.work()
        while simulation.run(run_id).status == "started":
            for key in simulation.ready():
                raise HandlersError(
                    f"no handler for step `{key.step_slug}`: it needs {self._missing(key)}",
                    help=f"there are: {', '.join(self._handlers.names) or 'none'}",
                )
            due = simulation.next_due()
            assert due is not None
            simulation.now = max(simulation.now, due)
            self.work()

    def _perform(self, key: TaskKey) -> bool:
        """Perform a task, unless its run ended since it was found ready."""
        simulation = self._simulation
        if not simulation.is_ready(key):
            return False
        leased = simulation.lease(key)
        plan = self._plans.of(leased.flow_slug, leased.step_slug)
        outcome = perform(self._row(leased, plan), plan, now=lambda: simulation.now, blobs=simulation.blobs)
        problem = outcome.error["class"] if isinstance(outcome, Failed) else None
        if problem == "KeyboardInterrupt":
            raise KeyboardInterrupt
        if problem != "InvalidInput":
            self._checked.add(leased.run_id)
        simulation.settle([(leased, outcome)])
        return True

    def _row(self, leased: LeasedTask, plan: Plan) -> Task:
        """The task as a poll of the database returns it, with the values that its handler needs."""
        check_input = leased.check_input and leased.run_id not in self._checked
        needed = _needed(self._simulation.plan(leased.flow_slug).definition["steps"][leased.step_slug], plan)
        values = {slug: output for slug, output in leased.inputs.items() if slug in needed}
        inputs, marks = row_of(values)
        item, item_marks = row_of(leased.item)
        blobs = _by_name(marks, item_marks)
        return Task(
            run_id=leased.run_id,
            flow_slug=leased.flow_slug,
            step_slug=leased.step_slug,
            task_index=leased.task_index,
            attempt=leased.attempt,
            failures=leased.failures,
            started_at=leased.started_at,
            lease_expires_at=leased.lease_expires_at,
            deadline=leased.deadline,
            run_input=_text(leased.run_input) if check_input or INPUT in needed else None,
            inputs=inputs,
            item=None if leased.task_index is None else item,
            errors=_text(leased.errors) if leased.errors else None,
            check_input=check_input,
            blobs=_text(blobs) if blobs else None,
        )

    def _missing(self, key: TaskKey) -> str:
        flow = self._simulation.run(key.run_id).flow_slug
        names = self._simulation.plan(flow).work(key.step_slug).handlers
        return ", ".join(f"`{name}`" for name in names if name not in self._handlers)


def run_flow(
    definition: dict[str, Any],
    handlers: Registry,
    input: Any = NO_INPUT,  # noqa: A002 - the flow file's word
    *,
    secrets: Mapping[str, str] | None = None,
    tx: Connection | None = None,
) -> Finished:
    """Run a flow from its start to its end, in memory, with its handlers; retries and delays are not waited for.

    Args:
        definition: what the compiler makes of a flow file.
        handlers: a registry, or callables by name.
        input: the run's input; one that does not fit its schema fails the first task, without retry.
        secrets: what the handlers find in ``ctx.secrets``.
        tx: the connection that a handler gets which asks for ``tx``, in a transaction of its own.

    Raises:
        HandlersError: a task came up for which there is no handler.
        NotJSON: the input is no JSON.
    """
    simulation = Simulation()
    simulation.deploy(definition)
    run_id = simulation.start(definition["flow"], input)
    Worker(simulation, handlers, secrets, tx).finish(run_id)
    return finished(simulation, run_id)


def finished(simulation: Simulation, run_id: str) -> Finished:
    """All there is to know of a run.

    Raises:
        Refused: FC004, there is no such run.
    """
    return Finished(
        run=simulation.run(run_id),
        steps=simulation.step_states(run_id),
        tasks=simulation.step_tasks(run_id),
        errors=simulation.task_errors(run_id),
    )


def _registered(handlers: Mapping[str, Callable[..., Any]]) -> Handlers:
    registry = Handlers()
    for name, function in handlers.items():
        registry.register(function, name=name)
    return registry


def _needed(step: Mapping[str, Any], plan: Plan) -> frozenset[str]:
    """The names of the values that the first handler of a step is called with."""
    if "with" in step:
        return frozenset(parse_reference(text).name for text in references_in(step["with"]))
    return plan.calls[0].needed


def _by_name(inputs: str | None, item: str | None) -> dict[str, list[dict[str, Any]]]:
    """The marks of a task's values by their names, as a poll brings them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for mark in decode(inputs) if inputs else ():
        name, *path = mark["path"]
        found.setdefault(name, []).append({**mark, "path": path})
    return {**found, ITEM: decode(item)} if item else found


def _text(value: Any) -> str:
    return encode(value).decode()
