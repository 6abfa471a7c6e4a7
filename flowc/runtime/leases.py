"""Leases: the tasks that this worker holds, and who may say what became of each."""

from __future__ import annotations

import time
from collections.abc import Iterable

from flowc.db.rows import Task
from flowc.runtime.plan import Plan


class Lease:
    """A task that this worker holds; times are of the monotonic clock, in seconds.

    Attributes:
        task, plan: what to do, and how.
        leased, extended: when it was leased, and when its lease was last extended.
        started: when its handler was called; None before.
        closed: whether the database told that the task is no longer ours: its run ended, or another worker has it.
    """

    __slots__ = ("closed", "extended", "leased", "plan", "started", "task")

    def __init__(self, task: Task, plan: Plan) -> None:
        self.task = task
        self.plan = plan
        self.leased = self.extended = time.monotonic()
        self.started: float | None = None
        self.closed = False

    def cancelled(self) -> bool:
        """What the handler sees as ``ctx.cancelled``."""
        return self.closed

    def __repr__(self) -> str:
        task = self.task
        index = "" if task.task_index is None else f"[{task.task_index}]"
        return f"{task.flow_slug}.{task.step_slug}{index} of run {task.run_id}, attempt {task.attempt}"


class Held:
    """All leases that are open. Whoever takes one out, and nobody else, may report what became of it.

    Threads share it without a lock: each change is one operation on a dict, and those are atomic.
    """

    def __init__(self) -> None:
        self._leases: dict[Lease, None] = {}

    def add(self, leases: Iterable[Lease]) -> None:
        """Hold these, too."""
        self._leases.update(dict.fromkeys(leases))

    def take(self, lease: Lease) -> bool:
        """Take one out; False if somebody was first, e.g. because its time was over."""
        try:
            del self._leases[lease]
        except KeyError:
            return False
        return True

    def all(self) -> list[Lease]:
        """Those held at this moment."""
        return list(self._leases)

    def __len__(self) -> int:
        return len(self._leases)


def fields_of(task: Task) -> dict[str, object]:
    """What a log record tells of a task: the same names as those of ``ctx.log``."""
    return {
        "run_id": task.run_id,
        "flow": task.flow_slug,
        "step": task.step_slug,
        "task_index": task.task_index,
        "attempt": task.attempt,
    }
