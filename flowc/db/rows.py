"""What the database's functions and views return, one tuple type each; JSON stays the text that it is there.

It is text because jsonb holds values that Python's json refuses (numbers of 5,000 digits, 7,000 nested arrays):
who decodes does so one value at a time, where a failure has an owner. Times are aware datetimes, ids are text.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class Task(NamedTuple):
    """A leased task with what its handler needs, as ``poll_for_tasks`` returns it.

    ``inputs`` is a JSON object of the outputs that the step may see, ``errors`` one of the errors of dependencies
    that failed; ``run_input``, ``item`` and ``errors`` are None where they are not needed or there is none.
    ``blobs`` is a JSON object of the marks of blobs in these, by slug and ``input``; None where there are none.
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
    run_input: str | None
    inputs: str
    item: str | None
    errors: str | None
    check_input: bool
    blobs: str | None = None


class Reply(NamedTuple):
    """One row of ``settle_and_poll``: a task, or, with an ``answer``, what became of a result that was not ``ok``.

    With an answer, only the task's key is filled: ``run_id``, ``step_slug``, ``task_index``, ``attempt``.
    """

    answer: str | None
    run_id: str
    flow_slug: str
    step_slug: str
    task_index: int | None
    attempt: int
    failures: int
    started_at: datetime
    lease_expires_at: datetime
    deadline: datetime
    run_input: str | None
    inputs: str
    item: str | None
    errors: str | None
    check_input: bool
    blobs: str | None = None

    @property
    def task(self) -> Task:
        """The leased task, where there is no answer."""
        return Task._make(self[1:])


class Run(NamedTuple):
    """A row of ``flowc.runs``; ``*_blobs`` are the marks of blobs in the value, which is null there, as JSON."""

    run_id: str
    flow_slug: str
    status: str
    run_key: str | None
    input: str
    output: str | None
    error: str | None
    failed_step: str | None
    skipped_failures: int
    priority: int
    started_at: datetime
    ended_at: datetime | None
    input_blobs: str | None = None
    output_blobs: str | None = None


class StepState(NamedTuple):
    """A row of ``flowc.step_states``: a step or branch of a run, also one that waits."""

    run_id: str
    flow_slug: str
    step_slug: str
    kind: str
    branch: str | None
    status: str
    skip_reason: str | None
    output: str | None
    total: int | None
    remaining: int | None
    started_at: datetime | None
    ended_at: datetime | None
    blobs: str | None = None


class StepTask(NamedTuple):
    """A row of ``flowc.step_tasks``: the one task of a step, or one element of a map."""

    run_id: str
    flow_slug: str
    step_slug: str
    task_index: int | None
    status: str
    attempt: int
    failures: int
    worker: str | None
    visible_at: datetime | None
    lease_expires_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    output: str | None
    error: str | None
    blobs: str | None = None
    code_version: str | None = None


class TaskError(NamedTuple):
    """A row of ``flowc.task_errors``: one failed attempt; ``class_`` is the column ``class``."""

    run_id: str
    flow_slug: str
    step_slug: str
    task_index: int | None
    attempt: int
    worker: str | None
    error: str
    class_: str | None
    message: str | None
    traceback: str | None
    started_at: datetime | None
    failed_at: datetime
    terminal: bool
    code_version: str | None = None


class StoredBlob(NamedTuple):
    """A row of ``flowc.blobs``; ``size`` is in bytes, ``runs`` is how many runs refer to it."""

    blob_id: str
    size: int
    media_type: str
    store: str
    ready: bool
    runs: int
    stored_at: datetime
    keep_until: datetime | None


class Offence(NamedTuple):
    """A row of ``flowc.invariants``: something that must never be so."""

    invariant: str
    run_id: str | None
    step_slug: str | None
    detail: str | None


class Untaken(NamedTuple):
    """A row of ``flowc.untaken``: a step of a run that has a ready task which no live worker can take."""

    run_id: str
    flow_slug: str
    step_slug: str
    ready_at: datetime
    queue: str
    handlers: list[str]
    secrets: list[str]
    missing_handlers: list[str]
    missing_secrets: list[str]
    live_workers: int
    workers_of_queue: int


class Stalled(NamedTuple):
    """A row of ``flowc.stalled``: a run that nobody works on: ``lease_over``, ``overdue`` or ``ready`` for long."""

    run_id: str
    flow_slug: str
    reason: str
    since: datetime


class DeployedFlow(NamedTuple):
    """A deployed flow, its runs by status, and when the last of those that are kept was started."""

    flow_slug: str
    digest: str
    deployed_at: datetime
    retired_at: datetime | None
    started: int
    completed: int
    failed: int
    cancelled: int
    last_used_at: datetime | None


class OpenTasks(NamedTuple):
    """The tasks of a step that are not done: how many are ready, asleep and at work, and until when they are.

    ``attempt`` is the highest attempt so far, ``failures`` the most that count against the limit; ``worker`` is one of
    those at work.
    """

    step_slug: str
    ready: int
    ready_at: datetime | None
    asleep: int
    due_at: datetime | None
    at_work: int
    lease_expires_at: datetime | None
    worker: str | None
    attempt: int
    failures: int
