"""``flowc plan``: what a deploy would do."""

from __future__ import annotations

from pathlib import Path

import click

from flowc.cli.database import open_database
from flowc.cli.deploying import plan_of, print_plan
from flowc.cli.here import settings_here
from flowc.cli.options import database_option, json_option, paths_argument
from flowc.cli.sources import compile_paths, definitions_of


@click.command(epilog="Example:  flowc plan flows --db postgresql://me@localhost/mydb")
@paths_argument
@database_option
@json_option
def command(paths: tuple[Path, ...], url: str | None, as_json: bool) -> None:
    """Say what a deploy would do: `+ new`, `= unchanged`, `! differs`.

    For a folder, or without PATH, also `- gone`: deployed, and in no file any more; and `x retired`: no run of it
    starts any more, others are still at work. Exit code 1 if a slug is deployed with another content: the deploy
    would be refused.
    """
    settings = settings_here()
    definitions = definitions_of(compile_paths(paths, settings, None))
    with open_database(url, settings) as database, database.connection() as conn:
        plan = plan_of(conn, definitions, whole=all(path.is_dir() for path in paths))
    print_plan(plan, as_json=as_json)
    if any(entry.plan == "differs" for entry in plan):
        raise click.exceptions.Exit(1)
