"""What ``flowc show`` adds to the tree: failed attempts, input and output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowc.cli.draw import Progress
from flowc.cli.terminal import one_line, printable

if TYPE_CHECKING:
    from flowc.db.rows import Run, TaskError

_ERRORS = 20
_CHARACTERS = 400


def errors_of_run(progress: Progress) -> str:
    """The last failed attempts, each with its traceback; and the command that makes the run go on."""
    if not progress.errors:
        return ""
    told = progress.errors[-_ERRORS:]
    left = len(progress.errors) - len(told)
    earlier = f"\n{left} earlier failed attempts: flowc show {progress.run.run_id} --json\n" if left else ""
    mend = (
        f"\nflowc retry {progress.run.run_id} runs what did not complete again\n"
        if progress.run.status in {"failed", "cancelled"}
        else ""
    )
    return earlier + "".join(_told(error) for error in told) + mend


def input_and_output(run: Run) -> str:
    """The run's input and output, shortened."""
    lines = [f"input   {_short(run.input)}"]
    if run.output is not None:
        lines.append(f"output  {_short(run.output)}")
    return "\n" + "\n".join(lines) + "\n"


def _told(error: TaskError) -> str:
    index = "" if error.task_index is None else f"[{error.task_index}]"
    last = ", the last" if error.terminal else ""
    # A step that fails by itself, e.g. by `on_unmet`, has had no attempt.
    attempt = f", attempt {error.attempt}{last}" if error.attempt else ""
    head = f"\n{error.step_slug}{index}{attempt}: {one_line(f'{error.class_}: {error.message}')}\n"
    return head + "".join(f"  {printable(line)}\n" for line in (error.traceback or "").splitlines())


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _CHARACTERS else f"{line[:_CHARACTERS]}… (--json shows it whole)"
