"""The worker that ``flowc run`` brings along: it works in a thread of its own while the run is watched."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from threading import Thread
from typing import TYPE_CHECKING, Any

from flowc.cli.live import Sight, look, timed, watch
from flowc.cli.progress import Progress
from flowc.cli.terminal import say
from flowc.errors import UsageError
from flowc.runtime.streams import masked_output

if TYPE_CHECKING:
    from psycopg import Connection

    from flowc.runtime.guard import Guard
    from flowc.runtime.worker import Worker

# Handlers of a run that has ended work for nothing: so long they may take to notice. Those of other runs, which the
# worker took up on the way, are waited for: left alone, they would hold their leases and cost those runs an attempt.
_SECONDS_TO_LEAVE = 1.0
_SECONDS_BETWEEN_SIGNALS = 0.1


def require_secrets(body: Mapping[str, Any], values: Mapping[str, str]) -> None:
    """Make sure that this process has the secrets that a flow names.

    Raises:
        UsageError: it lacks some; the run would wait for a worker that has them.
    """
    missing = [name for name in body.get("secrets", ()) if name not in values]
    if missing:
        raise UsageError(
            f"the flow needs {' and '.join(missing)}, which no source of secrets here has",
            help=f"export {missing[0]}=…, or say with --secrets where it is",
        )


@contextmanager
def handlers_print(guard: Guard) -> Iterator[None]:
    """While entered, what handlers and their modules print goes to stderr, masked: stdout is for the output alone."""
    with masked_output(guard), redirect_stdout(sys.stderr):
        yield


def work_and_watch(conn: Connection, worker: Worker, run_id: str, order: Sequence[str]) -> Progress:
    """Let ``worker`` work until the run has ended, and show it meanwhile; the answer is the run's last state.

    Raises:
        Exception: what made the worker end before.
    """
    with _working(Background(worker), run_id) as background:
        return watch(lambda: timed(lambda: Sight(look(conn, run_id))), order, background.check)


class Background(Thread):
    """A worker in a thread of its own; what it raises is kept for who waits."""

    def __init__(self, worker: Worker) -> None:
        super().__init__(name="worker", daemon=True)
        self.worker = worker
        self._error: BaseException | None = None

    def run(self) -> None:
        """Work until stopped."""
        try:
            self.worker.run()
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            self._error = error

    def check(self) -> None:
        """Raise what ended the worker, if something did."""
        if self._error is not None:
            raise self._error


@contextmanager
def _working(background: Background, run_id: str) -> Iterator[Background]:
    background.start()
    try:
        yield background
    except BaseException:
        background.worker.stop()
        if background.is_alive():
            say("stopping when the handlers at work are done; once more Ctrl-C leaves at once")
        while background.is_alive():  # in short waits: a signal just before an endless one would go unheard
            background.join(_SECONDS_BETWEEN_SIGNALS)
        raise
    background.worker.stop()
    background.join(_SECONDS_TO_LEAVE)
    _finish_others(background, run_id)


def _finish_others(background: Background, run_id: str) -> None:
    """Wait for what the worker has begun of other runs; Ctrl-C ends the wait, and the run's result is shown."""
    if not (background.is_alive() and background.worker.at_work(besides=run_id)):
        return
    say("the run has ended; waiting for handlers of other runs that are at work here; Ctrl-C leaves at once")
    with suppress(KeyboardInterrupt):
        while background.is_alive() and background.worker.at_work(besides=run_id):
            background.join(_SECONDS_BETWEEN_SIGNALS)
        background.join(_SECONDS_TO_LEAVE)
