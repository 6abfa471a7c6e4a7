"""``flowc deploy``: flows into a database."""

from __future__ import annotations

from pathlib import Path

import click

from flowc.cli.database import open_database
from flowc.cli.deploying import plan_of, print_plan
from flowc.cli.here import settings_here
from flowc.cli.options import database_option, paths_argument
from flowc.cli.sources import compile_paths, definitions_of
from flowc.cli.terminal import one_line, say
from flowc.compiler.emit import emit
from flowc.db.deploy import deploy
from flowc.project.checking import check_changed


@click.command(epilog="Example:  flowc deploy flows --db postgresql://me@localhost/mydb")
@paths_argument
@database_option
def command(paths: tuple[Path, ...], url: str | None) -> None:
    """Deploy flows: all of them, or none if one has a mistake or differs from what is deployed.

    What is deployed already with the same content is left as it is.
    """
    settings = settings_here()
    compilations = compile_paths(paths, settings, None)
    definitions = definitions_of(compilations, check_changed(compilations, paths, settings))
    with open_database(url, settings) as database, database.connection() as conn:
        plan = plan_of(conn, definitions)
        for entry in plan:
            for change in entry.changes:
                say(f"{entry.flow_slug} differs from what is deployed: {one_line(change)}")
        deploy(conn, emit(definitions, plain=True))
    print_plan(plan, as_json=False)
