"""What is said when a run has ended: its output on stdout, or what went wrong on stderr."""

from __future__ import annotations

import json

import click

from flowc.cli.draw import Progress
from flowc.cli.terminal import one_line, printable, put, say
from flowc.cli.words import between


def finish(progress: Progress) -> None:
    """Print the output of a run that completed.

    Raises:
        click.exceptions.Exit: with code 1, after saying why, if it did not complete.
    """
    run = progress.run
    if run.status == "completed":
        skipped = f", {run.skipped_failures} failures were skipped" if run.skipped_failures else ""
        say(f"run {run.run_id} completed in {between(run.started_at, run.ended_at)}{skipped}")
        put(pretty(run.output) + "\n")
        return
    _say_why(progress)
    raise click.exceptions.Exit(1)


def pretty(text: str | None) -> str:
    """JSON text, indented; as it is where Python cannot read it."""
    if text is None:
        return "null"
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _say_why(progress: Progress) -> None:
    run = progress.run
    where = f" in `{run.failed_step}`" if run.failed_step else ""
    error = json.loads(run.error) if run.error else {}
    said = ": ".join(str(error[key]) for key in ("class", "message") if error.get(key))
    say(f"error: run {run.run_id} {run.status}{where}{f': {one_line(said)}' if said else ''}")
    for line in str(error.get("traceback") or "").splitlines():
        say("  " + printable(line))
    say(f"help: flowc retry {run.run_id} && flowc worker --drain runs what did not complete again")


def say_how_to_go_on(run_id: str) -> None:
    """Say that a run which nobody watches any more is not lost."""
    say(f"run {run_id} is not finished: flowc worker --drain takes it up again, flowc show {run_id} says where it is")
