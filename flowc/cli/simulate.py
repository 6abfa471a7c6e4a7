"""``flowc simulate``: a flow in memory, without a database and without waiting."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowc.cli.draw import drawn, order_of, said_of
from flowc.cli.facts import Facts, skips_in_memory
from flowc.cli.here import load_handlers, open_secrets, settings_here
from flowc.cli.inputs import check_input, read_input
from flowc.cli.options import handlers_option, input_option, json_option, pairs_argument, secrets_option
from flowc.cli.outcome import pretty, say_why, skipped_failures
from flowc.cli.progress import Progress
from flowc.cli.references import with_references
from flowc.cli.rows_json import run_as_json
from flowc.cli.sources import compile_paths, definitions_of, signatures_of
from flowc.cli.terminal import put, say
from flowc.cli.words import between
from flowc.cli.working import handlers_print, require_secrets
from flowc.errors import FlowcError
from flowc.project.checking import check_changed
from flowc.runtime.guard import Guard
from flowc.runtime.secrets import learn_secrets
from flowc.simulate.rows import error_rows, run_row, step_rows, task_rows
from flowc.simulate.run import Finished, run_flow

if TYPE_CHECKING:
    from flowc.compiler.pipeline import Compilation


@click.command(epilog="Example:  flowc simulate flows/word_counts.yaml 'lines=[\"a b a\"]'")
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@pairs_argument
@input_option
@handlers_option
@secrets_option
@json_option
def command(
    *,
    file: Path,
    pairs: tuple[str, ...],
    text: str | None,
    handlers: str | None,
    secrets: tuple[str, ...],
    as_json: bool,
) -> None:
    """Check the flow in FILE and run it in memory with its handlers; its output goes to stdout.

    Handlers are called as a worker calls them. Time is simulated: retries and delays are not waited for.
    Exit code 1 if the flow has mistakes, or the run failed.
    """
    with handlers_print(guard := Guard()):
        compilation, finished = _simulated(
            file=file, pairs=pairs, text=text, handlers=handlers, secrets=secrets, guard=guard
        )
    assert compilation.definition is not None
    assert compilation.flow is not None
    body = compilation.definition.body
    order = order_of(body, list(compilation.flow.steps))
    progress = Progress(run_row(finished), step_rows(finished), error_rows(finished))
    if as_json:
        put(json.dumps(run_as_json(progress, order, task_rows(finished)), indent=2) + "\n")
    else:
        _tell(progress, order, Facts(skipped=skips_in_memory(body["steps"], progress.steps, progress.run.input)))
    if finished.status != "completed":
        raise click.exceptions.Exit(1)


def _simulated(
    *,
    file: Path,
    pairs: tuple[str, ...],
    text: str | None,
    handlers: str | None,
    secrets: tuple[str, ...],
    guard: Guard,
) -> tuple[Compilation, Finished]:
    """The flow in a file, and its run to the end."""
    settings = settings_here()
    try:
        registry = load_handlers(handlers, settings)
    except FlowcError:
        definitions_of(compile_paths([file], settings, None))  # the file's own mistakes are said first
        raise
    [compilation] = compile_paths([file], settings, signatures_of(registry))
    [definition] = definitions_of([compilation], check_changed([compilation], [], settings))
    schema = definition.body.get("input")
    value = json.loads(check_input(read_input(text, pairs, schema), schema))
    values = open_secrets(secrets, settings)
    require_secrets(definition.body, values)
    learn_secrets(guard, definition.body, values)
    return compilation, run_flow(definition.body, registry, value, secrets=values)


def _tell(progress: Progress, order: list[str], facts: Facts) -> None:
    for error in progress.errors:
        if error.attempt and not error.terminal:
            index = "" if error.task_index is None else f"[{error.task_index}]"
            say(f"  {error.step_slug}{index}: attempt {error.attempt} failed: {said_of(error)}")
    say(drawn(progress, order, sys.stderr, facts).rstrip("\n"))
    run = progress.run
    if run.status == "completed":
        took = between(run.started_at, run.ended_at)
        say(f"completed after {took} of simulated time{skipped_failures(run.skipped_failures)}")
        put(pretty(run.output and with_references(run.output, run.output_blobs)) + "\n")
    else:
        say_why(run, "the simulated run")
