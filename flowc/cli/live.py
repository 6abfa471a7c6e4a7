"""Watching a run until it has ended: a moving tree on terminals, a line for each step that settled elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, Protocol

from flowc.cli.draw import MOST_STEPS, detail, said_of, tree
from flowc.cli.facts import NOTHING, Facts
from flowc.cli.progress import Progress
from flowc.cli.terminal import height, is_rich, say
from flowc.db import queries
from flowc.errors import NotDeployedError

if TYPE_CHECKING:
    from psycopg import Connection
    from rich.tree import Tree

# Between two looks at the database there are so many seconds, and so many times as long as a look takes.
PAUSE = 0.05
SHARE = 4
# Of the failed attempts of a run only the last ones are drawn.
MOST_ERRORS = 200
_SETTLED = {"completed", "skipped", "failed", "cancelled"}
_SHARES_TOLD = 10


class Sight(NamedTuple):
    """What one look at a run found."""

    progress: Progress
    facts: Facts = NOTHING
    seconds: float = 0.0
    """How long the look took; the time for which the database was away is no part of it."""


Look = Callable[[], Sight]


class View(Protocol):
    """Shows a run as it goes on."""

    def show(self, sight: Sight) -> None:
        """Take note of how far the run is."""


def look(conn: Connection, run_id: str, *, outputs: int | None = None, errors: int | None = MOST_ERRORS) -> Progress:
    """The run as it is now.

    Args:
        conn, run_id: where to look at what.
        outputs: so many characters of each step's output; None is nothing of them.
        errors: so many of the last failed attempts; None is all.

    Raises:
        NotDeployedError: there is no such run.
    """
    run = queries.run(conn, run_id)
    if run is None:
        raise NotDeployedError(f"there is no run {run_id}", help="`flowc runs` lists them")
    steps = queries.step_states(conn, run_id, outputs=outputs is not None, characters=outputs)
    return Progress(run, steps, queries.task_errors(conn, run_id, limit=errors))


def timed(look: Look) -> Sight:
    """What a look found, with the time that it took."""
    began = time.monotonic()
    return look()._replace(seconds=time.monotonic() - began)


def watch(look: Look, order: Sequence[str], check: Callable[[], None] = lambda: None) -> Progress:
    """Show the run on stderr until it has ended; the answer is its last state.

    ``check`` is called at each look and raises where waiting has no sense any more.
    """
    with _view(order) as view:
        while True:
            sight = look()
            view.show(sight)
            if sight.progress.run.status != "started":
                return sight.progress
            check()
            time.sleep(max(PAUSE, SHARE * sight.seconds))


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
    console.print(moving.picture(MOST_STEPS))


class _Moving:
    def __init__(self, order: Sequence[str]) -> None:
        self._order = order
        self._sight: Sight | None = None

    def show(self, sight: Sight) -> None:
        self._sight = sight

    def picture(self, most: int | None = None) -> Tree | str:
        if self._sight is None:
            return ""
        rows = most or max(height() - 3, 3)  # the run's own row, the one of the steps that are not shown, the cursor's
        return tree(self._sight.progress, self._order, self._sight.facts, moving=most is None, most=rows)


class _Lines:
    def __init__(self, order: Sequence[str]) -> None:
        self._place = {slug: place for place, slug in enumerate(order)}
        self._told: set[str] = set()
        self._failures: set[tuple[str, int | None, int]] = set()
        self._shares: dict[str, int] = {}
        self._untaken: set[str] = set()

    def show(self, sight: Sight) -> None:
        progress = sight.progress
        self._tell_failures(progress)
        self._tell_shares(progress)
        for slug in sight.facts.untaken.keys() - self._untaken:
            self._untaken.add(slug)
            say(f"  {slug}: {sight.facts.untaken[slug]}; the run waits until there is one")
        errors = {error.step_slug: error for error in progress.errors}
        settled = [state for state in progress.steps if state.status in _SETTLED and state.step_slug not in self._told]
        for state in sorted(settled, key=lambda state: self._place[state.step_slug]):
            self._told.add(state.step_slug)
            said = detail(state, errors.get(state.step_slug), sight.facts)
            say(f"  {state.step_slug}: {state.status}{f' ({said})' if said else ''}")

    def _tell_failures(self, progress: Progress) -> None:
        for error in progress.errors:
            key = (error.step_slug, error.task_index, error.attempt)
            if not error.attempt or key in self._failures:
                continue  # without an attempt no handler was called: the step's own line says why it failed
            self._failures.add(key)
            index = "" if error.task_index is None else f"[{error.task_index}]"
            say(f"  {error.step_slug}{index}: attempt {error.attempt} failed: {said_of(error)}")

    def _tell_shares(self, progress: Progress) -> None:
        """Of maps at work, each tenth that is done."""
        for state in progress.steps:
            if state.status != "started" or not state.total or state.remaining is None:
                continue
            done = state.total - state.remaining
            share = _SHARES_TOLD * done // state.total
            if share > self._shares.get(state.step_slug, 0):
                self._shares[state.step_slug] = share
                say(f"  {state.step_slug}: {done} of {state.total}")
