"""What is said when a run has ended: its output on stdout, or what went wrong on stderr."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from flowc.cli.again import again
from flowc.cli.references import how_to_read, with_references
from flowc.cli.terminal import one_line, printable, put, say
from flowc.cli.words import between
from flowc.runtime.unseen import escaped

if TYPE_CHECKING:
    from flowc.cli.progress import Progress
    from flowc.db.rows import Run


def finish(progress: Progress, handlers: str | None = None) -> None:
    """Print the output of a run that completed; ``handlers`` is what ``--handlers`` named.

    Raises:
        click.exceptions.Exit: with code 1, after saying why, if it did not complete.
    """
    run = progress.run
    if run.status == "completed":
        skipped = skipped_failures(run.skipped_failures)
        say(f"run {run.run_id} completed in {between(run.started_at, run.ended_at)}{skipped}")
        put(pretty(run.output and with_references(run.output, run.output_blobs)) + "\n")
        for line in how_to_read(run.output_blobs):
            say(line)
        return
    say_why(run, f"run {run.run_id}")
    retry = again(f"flowc retry {run.run_id}")
    say(f"help: {retry} && {worker_command(handlers)} runs what did not complete again")
    raise click.exceptions.Exit(1)


def pretty(text: str | None) -> str:
    """JSON text, indented; as it is where Python cannot read it. What speaks to a terminal is escaped."""
    if text is None:
        return "null"
    try:
        return escaped(json.dumps(json.loads(text), indent=2, ensure_ascii=False))
    except (ValueError, RecursionError):
        return escaped(text)


def skipped_failures(failures: int) -> str:
    """How a sentence about a completed run ends."""
    if not failures:
        return ""
    return ", 1 failure was skipped" if failures == 1 else f", {failures} failures were skipped"


def say_why(run: Run, name: str) -> None:
    """Say where and why a run, called ``name``, failed or was cancelled, with the traceback of the handler's error."""
    where = f" in `{run.failed_step}`" if run.failed_step else ""
    error = json.loads(run.error) if run.error else {}
    said = ": ".join(str(error[key]) for key in ("class", "message") if error.get(key))
    say(f"error: {name} {run.status}{where}{f': {one_line(said)}' if said else ''}")
    for line in str(error.get("traceback") or "").splitlines():
        say("  " + printable(line))


def say_how_to_go_on(run_id: str, handlers: str | None) -> None:
    """Say that a run which nobody watches any more is not lost."""
    worker = worker_command(handlers)
    say(f"run {run_id} is not finished: {worker} takes it up again, {again(f'flowc show {run_id}')} says where it is")


def worker_command(handlers: str | None) -> str:
    """The command that works off what is left."""
    return again("flowc worker --drain" + (f" --handlers {handlers}" if handlers else ""))
