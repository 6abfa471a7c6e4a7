"""The plain values that a run is made of: its steps, their tasks, and the errors of failed attempts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

RunStatus = Literal["started", "completed", "failed", "cancelled"]
StepStatus = Literal["created", "started", "completed", "failed", "skipped", "cancelled"]
SkipReason = Literal["branch_skipped", "dependency_skipped", "condition_unmet", "handler_failed"]
TaskStatus = Literal["queued", "started", "completed", "failed", "cancelled"]
Answer = Literal["ok", "already", "run_closed", "stale"]
Error = dict[str, Any]  # {"class": …, "message": …, and what else the worker reports}


@dataclass(frozen=True, slots=True)
class Task:
    """A unit of work that a worker polls: the step itself, or one element of a map.

    ``attempt`` is the fence: it grows with every lease and never goes back. ``failures`` counts failed and expired
    attempts since the last (re)start. ``counted`` are the attempts whose report was taken.
    """

    status: TaskStatus
    visible_at: datetime
    attempt: int = 0
    failures: int = 0
    counted: frozenset[int] = frozenset()
    worker: str | None = None
    started_at: datetime | None = None
    lease_expires_at: datetime | None = None
    deadline: datetime | None = None
    ended_at: datetime | None = None
    output: Any = None
    error: Error | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What became of a node of the plan so far; a node that merely waits has none.

    ``started`` is a step whose tasks exist, or the gate of a branch that is open. Of a map, ``elements`` is its source,
    ``sequence[:opened]`` are the indexes whose tasks were made, ``remaining`` counts the elements that have not
    settled. ``ready_at`` is when its delay is over.
    """

    status: StepStatus
    skip_reason: SkipReason | None = None
    output: Any = None
    error: Error | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    ready_at: datetime | None = None
    elements: tuple[Any, ...] | None = None
    sequence: Sequence[int] = ()
    opened: int = 0
    remaining: int = 0


@dataclass(frozen=True, slots=True)
class TaskError:
    """A failed attempt; ``terminal`` is the one after which its task was not tried again."""

    step_slug: str
    task_index: int | None
    attempt: int
    worker: str | None
    error: Error
    started_at: datetime | None
    failed_at: datetime
    terminal: bool

    @property
    def class_(self) -> str | None:
        """The name of the exception's class, or of what flowc says of the attempt, e.g. ``InvalidOutput``."""
        return self.error.get("class")

    @property
    def message(self) -> str | None:
        """What the exception says."""
        return self.error.get("message")

    @property
    def traceback(self) -> str | None:
        """Where it was raised; empty or None where no exception was."""
        return self.error.get("traceback")


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a flow; ``steps`` is keyed by the plan's node names, ``tasks`` by slug and index."""

    run_id: str
    flow_slug: str
    input: Any
    priority: int
    started_at: datetime
    input_checked: bool = False
    run_key: str | None = None
    status: RunStatus = "started"
    output: Any = None
    error: Error | None = None
    failed_step: str | None = None
    ended_at: datetime | None = None
    steps: Mapping[str, Step] = field(default_factory=dict)
    tasks: Mapping[str, Mapping[int | None, Task]] = field(default_factory=dict)
    errors: tuple[TaskError, ...] = ()
