"""A run as a tree of its steps, in the colours and with the movement that the terminal has."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from flowc.cli.order import drawing_order
from flowc.cli.terminal import is_rich, one_line, width
from flowc.cli.words import between, reason, span

if TYPE_CHECKING:
    from flowc.db.rows import Run, StepState, TaskError

_UNFOLDED = 200
FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_MARKS = {"created": "·", "completed": "✓", "skipped": "-", "failed": "✗", "cancelled": "×"}
_STYLES = {"created": "dim", "started": "cyan", "completed": "green", "skipped": "dim", "failed": "red"} | {
    "cancelled": "yellow"
}


class Progress(NamedTuple):
    """A run at one moment: its row, those of its steps, those of its failed attempts, oldest first."""

    run: Run
    steps: Sequence[StepState]
    errors: Sequence[TaskError]


def tree(progress: Progress, order: Sequence[str], *, moving: bool = False) -> Tree:
    """The run and below it its steps in ``order``, those of a branch below the branch.

    ``moving`` turns the mark of what has started, a picture after the other.
    """
    at_work = FRAMES[int(time.monotonic() * 10) % len(FRAMES)] if moving else "▸"
    root = Tree(_heading(progress.run), guide_style="dim")
    states = {state.step_slug: state for state in progress.steps}
    errors = {error.step_slug: error for error in progress.errors}
    nodes: dict[str | None, Tree] = {None: root}
    for slug in order:
        state = states[slug]
        nodes[slug] = nodes[state.branch].add(_line(state, errors.get(slug), at_work))
    return root


def drawn(progress: Progress, order: Sequence[str], stream: TextIO) -> str:
    """The tree as text for ``stream``: in colour, and as wide as the terminal, where it is one."""
    rich = is_rich(stream)
    console = Console(width=width() if rich else _UNFOLDED, no_color=not rich, force_terminal=rich, highlight=False)
    with console.capture() as captured:
        console.print(tree(progress, order))
    return "".join(line.rstrip() + "\n" for line in captured.get().splitlines())


def order_of(body: Mapping[str, Any], written: Sequence[str] = ()) -> list[str]:
    """The order in which a definition's steps are drawn: that of its file where it is at hand."""
    return list(written) or drawing_order(body)


def detail(state: StepState, error: TaskError | None) -> str:
    """What is said of a step beside its name."""
    took = between(state.started_at, state.ended_at)
    match state.status:
        case "completed":
            return ", ".join(part for part in (_tasks(state.total), took) if part)
        case "skipped":
            why = reason(state.skip_reason)
            return f"{why}: {said_of(error)}" if state.skip_reason == "handler_failed" and error else why
        case "started":
            return ", ".join(part for part in (_counted(state), _elapsed(state), _retried(error)) if part)
        case "failed":
            return said_of(error) if error else ""
        case _:
            return ""


def said_of(error: TaskError) -> str:
    """What a failed attempt raised, on one line."""
    return one_line(f"{error.class_}: {error.message}" if error.message else str(error.class_))


def _heading(run: Run) -> Text:
    took = between(run.started_at, run.ended_at) or span((datetime.now(UTC) - run.started_at).total_seconds())
    return Text.assemble(
        (run.flow_slug, "bold"), f"  {run.run_id}  ", (run.status, _STYLES.get(run.status, "")), f"  {took}"
    )


def _line(state: StepState, error: TaskError | None, at_work: str) -> Text:
    style = _STYLES.get(state.status, "")
    mark = _MARKS.get(state.status, at_work)
    said = detail(state, error)
    words = f"  {state.status}" if state.kind != "branch" or state.status != "completed" else ""
    return Text.assemble((f"{mark} ", style), state.step_slug, (words, style), (f"  {said}" if said else "", "dim"))


def _tasks(total: int | None) -> str:
    return "" if total is None else "1 task" if total == 1 else f"{total} tasks"


def _counted(state: StepState) -> str:
    if state.total is None or state.remaining is None:
        return ""
    return f"{state.total - state.remaining} of {state.total}"


def _elapsed(state: StepState) -> str:
    return span((datetime.now(UTC) - state.started_at).total_seconds()) if state.started_at else ""


def _retried(error: TaskError | None) -> str:
    return f"attempt {error.attempt} failed: {said_of(error)}" if error and not error.terminal else ""
