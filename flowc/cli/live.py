"""Watching a run until it has ended: a moving tree on terminals, a line for each step that settled elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from flowc.cli.draw import Progress, detail, said_of, tree
from flowc.cli.terminal import is_rich, say
from flowc.db import queries
from flowc.errors import NotDeployedError

if TYPE_CHECKING:
    from psycopg import Connection
    from rich.tree import Tree

# Between two looks at the database there are so many seconds, and so many times as long as a look takes.
PAUSE = 0.05
SHARE = 4
_SETTLED = {"completed", "skipped", "failed", "cancelled"}


class View(Protocol):
    """Shows a run as it goes on."""

    def show(self, progress: Progress) -> None:
        """Take note of how far the run is."""


def look(conn: Connection, run_id: str, *, outputs: bool = False) -> Progress:
    """The run as it is now; the steps' outputs only where they are asked for.

    Raises:
        NotDeployedError: there is no such run.
    """
    run = queries.run(conn, run_id)
    if run is None:
        raise NotDeployedError(f"there is no run {run_id}", help="`flowc runs` lists them")
    return Progress(run, queries.step_states(conn, run_id, outputs=outputs), queries.task_errors(conn, run_id))


def watch(conn: Connection, run_id: str, order: Sequence[str], check: Callable[[], None] = lambda: None) -> Progress:
    """Show the run on stderr until it has ended; the answer is its last state.

    ``check`` is called at each look and raises where waiting has no sense any more.
    """
    with _view(order) as view:
        while True:
            began = time.monotonic()
            progress = look(conn, run_id)
            view.show(progress)
            if progress.run.status != "started":
                return progress
            check()
            time.sleep(max(PAUSE, SHARE * (time.monotonic() - began)))


@contextmanager
def _view(order: Sequence[str]) -> Iterator[View]:
    if not is_rich(sys.stderr):
        yield _Lines(order)
        return
    from rich.console import Console
    from rich.live import Live

    moving = _Moving(order)
    console = Console(stderr=True)
    with Live(get_renderable=moving.picture, console=console, refresh_per_second=10, transient=True):
        yield moving
    # A tree that is longer than the terminal was cut while it moved; at rest it is shown whole.
    console.print(moving.picture())


class _Moving:
    def __init__(self, order: Sequence[str]) -> None:
        self._order = order
        self._progress: Progress | None = None

    def show(self, progress: Progress) -> None:
        self._progress = progress

    def picture(self) -> Tree | str:
        return tree(self._progress, self._order, moving=True) if self._progress else ""


class _Lines:
    def __init__(self, order: Sequence[str]) -> None:
        self._place = {slug: place for place, slug in enumerate(order)}
        self._told: set[str] = set()
        self._failures = 0

    def show(self, progress: Progress) -> None:
        for error in progress.errors[self._failures :]:
            if not error.attempt:  # no handler was called: the step's own line says why it failed
                continue
            index = "" if error.task_index is None else f"[{error.task_index}]"
            say(f"  {error.step_slug}{index}: attempt {error.attempt} failed: {said_of(error)}")
        self._failures = len(progress.errors)
        errors = {error.step_slug: error for error in progress.errors}
        settled = [state for state in progress.steps if state.status in _SETTLED and state.step_slug not in self._told]
        for state in sorted(settled, key=lambda state: self._place[state.step_slug]):
            self._told.add(state.step_slug)
            said = detail(state, errors.get(state.step_slug))
            say(f"  {state.step_slug}: {state.status}{f' ({said})' if said else ''}")
