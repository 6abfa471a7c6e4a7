"""What happens to one attempt of a task: leased, extended, released, completed, failed, expired."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from flowc.runtime.blobs.depot import Depot
from flowc.runtime.encode import decode, encode
from flowc.runtime.outcome import Failed, Outcome
from flowc.simulate.blobs import value_of
from flowc.simulate.change import Change, Draw
from flowc.simulate.definition import Retry
from flowc.simulate.maps import element_settled
from flowc.simulate.state import Answer, Task, TaskError


class Attempt(Protocol):
    """Names one attempt of a task: what a poll returns, or anything else with these four."""

    @property
    def run_id(self) -> str: ...
    @property
    def step_slug(self) -> str: ...
    @property
    def task_index(self) -> int | None: ...
    @property
    def attempt(self) -> int: ...


def lease(change: Change, slug: str, index: int | None, worker: str, duration: timedelta) -> None:
    """Give a queued task to a worker as its next attempt."""
    task = change.task(slug, index)
    assert task is not None
    leased = replace(
        task,
        status="started",
        attempt=task.attempt + 1,
        worker=worker,
        started_at=change.now,
        lease_expires_at=change.now + duration,
        deadline=change.now + timedelta(milliseconds=change.plan.work(slug).timeout) + duration,
    )
    change.put_task(slug, index, leased)


def answer(change: Change, attempt: Attempt) -> Answer:
    """What becomes of a report of an attempt, tried in this order: already, run_closed, stale, ok."""
    task = change.task(attempt.step_slug, attempt.task_index)
    if task is not None and attempt.attempt in task.counted:
        return "already"
    return standing(change, attempt)


def standing(change: Change, attempt: Attempt) -> Answer:
    """Whether an attempt still holds its task: ok, stale or run_closed."""
    if change.before.status != "started":
        return "run_closed"
    task = change.task(attempt.step_slug, attempt.task_index)
    if task is None or task.status != "started" or task.attempt != attempt.attempt:
        return "stale"
    return "ok"


def take(change: Change, attempt: Attempt, outcome: Outcome, blobs: Depot) -> Answer:
    """Take the outcome of an attempt, if it is the one to be counted; its blobs are in ``blobs``."""
    found = answer(change, attempt)
    if found != "ok":
        return found
    slug, index = attempt.step_slug, attempt.task_index
    task = change.task(slug, index)
    assert task is not None
    task = replace(task, counted=task.counted | {task.attempt}, lease_expires_at=None, deadline=None)
    if isinstance(outcome, Failed):
        failed = outcome._replace(error=decode(encode(outcome.error)))
        _fail(change, slug, index, task, failed)
        return "ok"
    output = value_of(outcome, blobs)
    done = replace(task, status="completed", output=output, error=None, ended_at=change.now)
    change.put_task(slug, index, done)
    if index is None:
        change.complete(slug, output)
    else:
        element_settled(change, slug)
    return "ok"


def expire(change: Change) -> int:
    """Fail every attempt whose lease is over; a lease that could not be extended any more ran into its timeout."""
    due = [(slug, index, task) for slug, index, task in change.tasks() if _is_due(task, change.now)]
    for slug, index, task in due:
        if task.lease_expires_at == task.deadline:
            timeout = change.plan.work(slug).timeout
            error = {"class": "Timeout", "message": f"attempt {task.attempt} did not end within {timeout} ms"}
        else:
            error = {"class": "LeaseExpired", "message": f"the lease of attempt {task.attempt} ran out"}
        ended = replace(task, lease_expires_at=None, deadline=None)
        _fail(change, slug, index, ended, Failed(error))
    return len(due)


def _is_due(task: Task, now: datetime) -> bool:
    return task.status == "started" and task.lease_expires_at is not None and task.lease_expires_at <= now


def extend(change: Change, attempt: Attempt, duration: timedelta) -> Answer:
    """Move the end of a lease to ``duration`` from now, never beyond its deadline and never back."""
    found = standing(change, attempt)
    task = change.task(attempt.step_slug, attempt.task_index)
    if found == "ok" and task is not None and task.lease_expires_at is not None and task.deadline is not None:
        until = max(task.lease_expires_at, min(change.now + duration, task.deadline))
        change.put_task(attempt.step_slug, attempt.task_index, replace(task, lease_expires_at=until))
    return found


def release(change: Change, attempt: Attempt) -> Answer:
    """Hand back a task that was not begun: it costs no failure, and its attempt number is gone."""
    found = standing(change, attempt)
    task = change.task(attempt.step_slug, attempt.task_index)
    if found == "ok" and task is not None:
        change.put_task(attempt.step_slug, attempt.task_index, _back_in_queue(task, change.now))
    return found


def backoff(retry: Retry, failures: int, draw: Draw) -> timedelta:
    """How long the retry after the n-th failure waits: min(max_delay, base_delay * 2^(n-1)), times the drawn factor."""
    wait = min(retry.max_delay, retry.base_delay * 2 ** min(failures - 1, 64))
    return timedelta(milliseconds=wait * draw(retry.jitter))


def _back_in_queue(task: Task, visible_at: datetime) -> Task:
    return replace(task, status="queued", visible_at=visible_at, worker=None, lease_expires_at=None, deadline=None)


def _fail(change: Change, slug: str, index: int | None, task: Task, outcome: Failed) -> None:
    """Count a failure of the open attempt: the task waits for its retry, or it is out of attempts."""
    work = change.plan.work(slug)
    error = outcome.error
    failed = replace(task, failures=task.failures + 1, error=error)
    terminal = not outcome.retryable or failed.failures >= work.retry.max_attempts
    change.record_error(TaskError(slug, index, task.attempt, task.worker, error, task.started_at, change.now, terminal))
    if not terminal:
        visible_at = outcome.retry_at or change.now + backoff(work.retry, failed.failures, change.draw)
        change.put_task(slug, index, _back_in_queue(failed, visible_at))
        return
    change.put_task(slug, index, replace(failed, status="failed", ended_at=change.now))
    if not work.skips_failures:
        change.fail(change.plan.nodes[slug], index, error)
    elif index is None:
        change.skip(slug, "handler_failed", error)
    else:
        element_settled(change, slug)
