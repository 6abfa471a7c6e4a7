"""``flowc run``: the whole way of one flow at once."""

from __future__ import annotations

import os
from pathlib import Path

import click

from flowc.cli.database import URL, open_database
from flowc.cli.deploying import deploy_to_run
from flowc.cli.draw import order_of
from flowc.cli.here import load_handlers, open_secrets, settings_here
from flowc.cli.inputs import check_input, read_input, stored_input
from flowc.cli.options import database_option, handlers_option, input_option, pairs_argument, secrets_option
from flowc.cli.outcome import finish, say_how_to_go_on
from flowc.cli.progress import Progress
from flowc.cli.sources import compile_paths, definitions_of, signatures_of
from flowc.cli.terminal import say
from flowc.cli.working import handlers_print, require_secrets, work_and_watch
from flowc.db import queries
from flowc.errors import FlowcError
from flowc.project.checking import check_changed
from flowc.runtime.guard import Guard
from flowc.runtime.worker import Worker


@click.command(epilog="Example:  flowc run flows/analyze_website.yaml url=flows/pages/index.html")
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@pairs_argument
@input_option
@handlers_option
@secrets_option
@database_option
def command(
    *,
    file: Path,
    pairs: tuple[str, ...],
    text: str | None,
    handlers: str | None,
    secrets: tuple[str, ...],
    url: str | None,
) -> None:
    """Check, deploy and run the flow in FILE, with a worker of its own; its output goes to stdout.

    A KEY=VALUE is a string, unless the flow's input declares another type and VALUE is JSON of it. On the
    embedded PostgreSQL a changed flow runs as a draft. Exit code 1 if the flow has mistakes, or the run failed.
    """
    with handlers_print(guard := Guard()):
        progress = _run(file=file, pairs=pairs, text=text, handlers=handlers, secrets=secrets, url=url, guard=guard)
    finish(progress, handlers)


def _run(
    *,
    file: Path,
    pairs: tuple[str, ...],
    text: str | None,
    handlers: str | None,
    secrets: tuple[str, ...],
    url: str | None,
    guard: Guard,
) -> Progress:
    """Check, deploy and run a flow; its last state."""
    settings = settings_here()
    try:
        registry = load_handlers(handlers, settings)
    except FlowcError:
        definitions_of(compile_paths([file], settings, None))  # the file's own mistakes are said first
        raise
    [compilation] = compile_paths([file], settings, signatures_of(registry))
    [definition] = definitions_of([compilation], check_changed([compilation], [], settings))
    schema = definition.body.get("input")
    values = open_secrets(secrets, settings)
    value = check_input(read_input(text, pairs, schema), schema)
    with open_database(url, settings) as database:
        os.environ[URL] = database.url
        values = values.besides({URL: database.url})
        require_secrets(definition.body, values)
        worker = Worker(
            database.url,
            registry,
            secrets=values,
            blobs=settings.blobs,
            inline_limit=settings.inline_limit,
            guard=guard,
        )
        with database.connection() as conn:
            definition = deploy_to_run(conn, definition, drafts=database.embedded)
            value, blobs = stored_input(database.url, settings, definition.body, value)
            run_id = queries.start_flow(conn, definition.slug, value, input_checked=True, input_blobs=blobs)
            say(f"run {run_id}: {definition.slug}")
            assert compilation.flow is not None
            order = order_of(definition.body, list(compilation.flow.steps))
            try:
                return work_and_watch(conn, worker, run_id, order)
            except BaseException:
                say_how_to_go_on(run_id, handlers)
                raise
