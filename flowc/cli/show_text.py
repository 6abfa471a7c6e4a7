"""What ``flowc show`` adds to the tree: failed attempts, input and output, and the whole of a single step."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from flowc.cli.again import again
from flowc.cli.draw import said_of
from flowc.cli.outcome import pretty
from flowc.cli.references import how_to_read, with_references
from flowc.cli.terminal import one_line, printable, table
from flowc.cli.words import at, between, reason

if TYPE_CHECKING:
    from flowc.cli.progress import Progress
    from flowc.db.rows import Run, StepState, StepTask, TaskError

ERRORS = 20
TASKS = 20
_CHARACTERS = 400


def errors_of_run(errors: Sequence[TaskError], failures: int, run_id: str) -> str:
    """The last of ``failures`` failed attempts, each with its traceback."""
    left = failures - len(errors)
    earlier = f"\n{left:,} earlier failed attempts: {again(f'flowc show {run_id}')} --json\n" if left > 0 else ""
    return earlier + "".join(_told(error) for error in errors)


def particulars(run: Run) -> str:
    """When a run began and ended, its key, input and output, shortened, and the reason for which it was cancelled."""
    whole = again(f"flowc show {run.run_id}") + " --json"
    lines = [f"began   {at(run.started_at)}"]
    if run.ended_at is not None:
        lines.append(f"ended   {at(run.ended_at)}")
    if run.run_key is not None:
        lines.append(f"key     {_short(run.run_key, whole)}")
    lines += [f"input   {_short(with_references(run.input, run.input_blobs), whole)}", *how_to_read(run.input_blobs)]
    if run.output is not None:
        lines.append(f"output  {_short(with_references(run.output, run.output_blobs), whole)}")
    lines += how_to_read(run.output_blobs)
    if run.status == "cancelled" and run.error is not None:
        lines.append(f"reason  {_short(str(json.loads(run.error).get('message')), whole)}")
    return "\n" + "\n".join(lines) + "\n"


def how_to_go_on(progress: Progress, untaken: Mapping[str, str]) -> str:
    """The commands that mend a run, or tell more of it; empty where there is nothing to do."""
    run = progress.run
    if run.status in {"failed", "cancelled"}:
        return f"\n{again(f'flowc retry {run.run_id}')} runs what did not complete again\n"
    if untaken:
        return f"\n{again('flowc doctor')} says how to get its tasks taken\n"
    if run.status == "started":
        return f"\n{again(f'flowc watch {run.run_id}')} follows it, {again(f'flowc cancel {run.run_id}')} ends it\n"
    return ""


def step_whole(
    run: Run,
    state: StepState,
    why: str,
    *,
    tasks: Sequence[StepTask],
    errors: Sequence[TaskError],
    inputs: Mapping[str, str],
) -> str:
    """One step, ``why`` it is so, its tasks, what it may see of ``inputs`` by name, and its output whole."""
    why = f" ({why or reason(state.skip_reason)})" if why or state.skip_reason else ""
    took = between(state.started_at, state.ended_at)
    parts = [f"{run.flow_slug}.{state.step_slug}  {run.run_id}  {state.status}{why}  {took}".rstrip() + "\n"]
    if tasks:
        parts.append("\n" + table(_task_cells(tasks[:TASKS])))
    if len(tasks) > TASKS:
        parts.append(f"… and more tasks: {again(f'flowc show {run.run_id}')} --json\n")
    parts += [_told(error) for error in errors]
    parts += [f"\n`{name}`, which it may see\n{pretty(text)}\n" for name, text in inputs.items()]
    if state.output is not None:
        parts.append(f"\noutput\n{pretty(with_references(state.output, state.blobs))}\n")
        parts += [f"{line}\n" for line in how_to_read(state.blobs)]
    return "".join(parts)


def _task_cells(tasks: Sequence[StepTask]) -> Iterator[Sequence[str]]:
    yield "task", "status", "attempt", "worker", "code", "began_at", "took", "until"
    for task in tasks:
        until = task.lease_expires_at or (task.visible_at if task.status == "queued" else None)
        yield (
            "-" if task.task_index is None else str(task.task_index),
            task.status,
            str(task.attempt),
            task.worker or "",
            task.code_version or "",
            at(task.started_at) if task.started_at else "",
            between(task.started_at, task.ended_at),
            at(until) if until else "",
        )


def _told(error: TaskError) -> str:
    index = "" if error.task_index is None else f"[{error.task_index}]"
    last = ", the last" if error.terminal else ""
    # A step that fails by itself, e.g. by `on_unmet`, has had no attempt.
    attempt = f", attempt {error.attempt}{last}" if error.attempt else ""
    head = f"\n{error.step_slug}{index}{attempt}: {said_of(error)}\n"
    return head + "".join(f"  {printable(line)}\n" for line in (error.traceback or "").splitlines())


def _short(text: str, whole: str) -> str:
    line = one_line(text)
    return line if len(line) <= _CHARACTERS else f"{line[:_CHARACTERS]}… ({whole} shows it whole)"
