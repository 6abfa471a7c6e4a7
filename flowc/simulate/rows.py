"""A finished simulation as the rows that a database would show, for whoever draws those."""

from __future__ import annotations

from typing import Any

from flowc.db.rows import Run, StepState, StepTask, TaskError
from flowc.simulate.blobs import row_of
from flowc.simulate.run import Finished


def run_row(finished: Finished) -> Run:
    """The run as a row of ``flowc.runs``."""
    run = finished.run
    output, blobs = row_of(run.output)
    return Run(
        run_id=run.run_id,
        flow_slug=run.flow_slug,
        status=run.status,
        run_key=run.run_key,
        input=_text(run.input),
        output=output if run.status == "completed" else None,
        error=None if run.error is None else _text(run.error),
        failed_step=run.failed_step,
        skipped_failures=run.skipped_failures,
        priority=run.priority,
        started_at=run.started_at,
        ended_at=run.ended_at,
        output_blobs=blobs,
    )


def step_rows(finished: Finished) -> list[StepState]:
    """The steps as rows of ``flowc.step_states``, in topological order."""
    return [
        StepState(
            run_id=finished.run.run_id,
            flow_slug=finished.run.flow_slug,
            step_slug=slug,
            kind=step.kind,
            branch=step.branch,
            status=step.status,
            skip_reason=step.skip_reason,
            output=_text(step.output) if step.status == "completed" and step.kind != "branch" else None,
            total=step.total,
            remaining=step.remaining,
            started_at=step.started_at,
            ended_at=step.ended_at,
            blobs=row_of(step.output)[1],
        )
        for slug, step in finished.steps.items()
    ]


def task_rows(finished: Finished) -> list[StepTask]:
    """The tasks as rows of ``flowc.step_tasks``, by step in topological order and index."""
    return [
        StepTask(
            run_id=finished.run.run_id,
            flow_slug=finished.run.flow_slug,
            step_slug=task.step_slug,
            task_index=task.task_index,
            status=task.status,
            attempt=task.attempt,
            failures=task.failures,
            worker=task.worker,
            visible_at=task.visible_at,
            lease_expires_at=task.lease_expires_at,
            started_at=task.started_at,
            ended_at=task.ended_at,
            output=_text(task.output) if task.status == "completed" else None,
            error=None if task.error is None else _text(task.error),
            blobs=row_of(task.output)[1],
        )
        for task in finished.tasks
    ]


def error_rows(finished: Finished) -> list[TaskError]:
    """The failed attempts as rows of ``flowc.task_errors``, oldest first."""
    return [
        TaskError(
            run_id=finished.run.run_id,
            flow_slug=finished.run.flow_slug,
            step_slug=failed.step_slug,
            task_index=failed.task_index,
            attempt=failed.attempt,
            worker=failed.worker,
            error=_text(failed.error),
            class_=failed.class_,
            message=failed.message,
            traceback=failed.traceback,
            started_at=failed.started_at,
            failed_at=failed.failed_at,
            terminal=failed.terminal,
        )
        for failed in finished.errors
    ]


def _text(value: Any) -> str:
    return row_of(value)[0]
