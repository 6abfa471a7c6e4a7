"""A run as a tree of its steps, in the colours and with the movement that the terminal has."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from flowc.cli.facts import NOTHING, Facts
from flowc.cli.order import drawing_order
from flowc.cli.progress import Progress
from flowc.cli.references import with_references
from flowc.cli.terminal import is_rich, one_line, width
from flowc.cli.words import between, reason, span

if TYPE_CHECKING:
    from flowc.db.rows import Run, StepState, TaskError

# A run of more steps is drawn with those that matter now; the others are counted.
MOST_STEPS = 200
_UNFOLDED = 200
_NARROW = 80
_BAR = 20
_OUTPUT = 60
FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_MARKS = {"created": "·", "completed": "✓", "skipped": "-", "failed": "✗", "cancelled": "×"}
_STYLES = {"created": "dim", "started": "cyan", "completed": "green", "skipped": "dim", "failed": "red"} | {
    "cancelled": "yellow"
}
# The fewer, the more they matter.
_WEIGHT = {"failed": 0, "started": 1, "cancelled": 2, "created": 3, "skipped": 4, "completed": 4}


def tree(
    progress: Progress,
    order: Sequence[str],
    facts: Facts = NOTHING,
    *,
    moving: bool = False,
    most: int | None = MOST_STEPS,
) -> Tree:
    """The run and below it its steps in ``order``, those of a branch below the branch.

    Args:
        progress, order, facts: what is drawn.
        moving: turn the mark of what has started, a picture after the other, and keep each step on one row.
        most: how many steps are drawn; None is all.
    """
    at_work = FRAMES[int(time.monotonic() * 10) % len(FRAMES)] if moving else "▸"
    root = Tree(_one_row(_heading(progress.run), moving), guide_style="dim")
    states = {state.step_slug: state for state in progress.steps}
    errors = {error.step_slug: error for error in progress.errors}
    shown = _chosen(order, states, most)
    nodes: dict[str | None, Tree] = {None: root}
    for slug in order:
        state = states[slug]
        parent = nodes[state.branch]
        line = _line(state, errors.get(slug), facts, at_work, moving) if slug in shown else None
        nodes[slug] = parent if line is None else parent.add(_one_row(line, moving))
    rest = Counter(states[slug].status for slug in order if slug not in shown)
    if rest:
        counted = ", ".join(f"{number:,} {status}" for status, number in sorted(rest.items()))
        root.add(Text(f"… and {rest.total():,} more steps: {counted}", "dim"))
    return root


def drawn(
    progress: Progress, order: Sequence[str], stream: TextIO, facts: Facts = NOTHING, most: int | None = MOST_STEPS
) -> str:
    """The tree as text for ``stream``: in colour, and as wide as the terminal, where it is one."""
    rich = is_rich(stream)
    console = Console(width=width() if rich else _UNFOLDED, no_color=not rich, force_terminal=rich, highlight=False)
    with console.capture() as captured:
        console.print(tree(progress, order, facts, most=most))
    return "".join(line.rstrip() + "\n" for line in captured.get().splitlines())


def order_of(body: Mapping[str, Any], written: Sequence[str] = ()) -> list[str]:
    """The order in which a definition's steps are drawn: that of its file where it is at hand."""
    return list(written) or drawing_order(body)


def detail(state: StepState, error: TaskError | None, facts: Facts = NOTHING, *, bar: bool = False) -> str:
    """What is said of a step beside its name."""
    slug = state.step_slug
    took = between(state.started_at, state.ended_at)
    match state.status:
        case "completed":
            return _listed(_tasks(state.total), _tries(slug, facts), took) + _output(state)
        case "skipped":
            why = facts.skipped.get(slug) or reason(state.skip_reason)
            return f"{why}: {said_of(error)}" if state.skip_reason == "handler_failed" and error else why
        case "started":
            return _listed(_counted(state, bar), _elapsed(state), facts.waits.get(slug, ""), _retried(error))
        case "failed":
            # A step that fails by itself, e.g. by `on_unmet`, takes no time.
            spent = _listed(_tries(slug, facts), took if error and error.attempt else "")
            return ": ".join(part for part in (spent, said_of(error) if error else "") if part)
        case _:
            return facts.waits.get(slug, "")


def said_of(error: TaskError) -> str:
    """What a failed attempt raised, on one line."""
    return one_line(f"{error.class_}: {error.message}" if error.message else str(error.class_))


def _chosen(order: Sequence[str], states: Mapping[str, StepState], most: int | None) -> set[str]:
    """The steps that are drawn: all, or those that matter most."""
    if most is None or len(order) <= most:
        return set(order)
    return set(sorted(order, key=lambda slug: _WEIGHT.get(states[slug].status, 0))[:most])


def _one_row(text: Text, moving: bool) -> Text:
    """Text that is cut where a moving picture must not be higher than it was."""
    if moving:
        text.no_wrap, text.overflow = True, "ellipsis"
    return text


def _heading(run: Run) -> Text:
    took = between(run.started_at, run.ended_at) or span((datetime.now(UTC) - run.started_at).total_seconds())
    run_id = "" if width() < _NARROW else f"  {run.run_id}"
    return Text.assemble((run.flow_slug, "bold"), f"{run_id}  ", (run.status, _STYLES.get(run.status, "")), f"  {took}")


def _line(state: StepState, error: TaskError | None, facts: Facts, at_work: str, moving: bool) -> Text:
    style = _STYLES.get(state.status, "")
    mark = _MARKS.get(state.status, at_work)
    said = one_line(detail(state, error, facts, bar=moving))
    words = f"  {state.status}" if state.kind != "branch" or state.status != "completed" else ""
    return Text.assemble((f"{mark} ", style), state.step_slug, (words, style), (f"  {said}" if said else "", "dim"))


def _output(state: StepState) -> str:
    if state.output is None:
        return ""
    text = one_line(with_references(state.output, state.blobs))
    return f" → {text if len(text) <= _OUTPUT else text[:_OUTPUT] + '…'}"


def _listed(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _tries(slug: str, facts: Facts) -> str:
    return f"{facts.attempts[slug]} attempts" if slug in facts.attempts else ""


def _tasks(total: int | None) -> str:
    return "" if total is None else "1 task" if total == 1 else f"{total} tasks"


def _counted(state: StepState, bar: bool) -> str:
    if state.total is None or state.remaining is None:
        return ""
    done = state.total - state.remaining
    filled = _BAR * done // max(state.total, 1)
    return (f"{'━' * filled}{'─' * (_BAR - filled)} " if bar else "") + f"{done} of {state.total}"


def _elapsed(state: StepState) -> str:
    return span((datetime.now(UTC) - state.started_at).total_seconds()) if state.started_at else ""


def _retried(error: TaskError | None) -> str:
    return f"attempt {error.attempt} failed: {said_of(error)}" if error and not error.terminal else ""
