"""``flowc cancel``: end a run."""

from __future__ import annotations

import click

from flowc.cli.database import open_database
from flowc.cli.finding import find_run
from flowc.cli.here import settings_here
from flowc.cli.options import database_option, run_argument
from flowc.cli.terminal import say
from flowc.db import queries


@click.command(epilog="Example:  flowc cancel 0193a1b2 --reason 'wrong input'")
@run_argument
@click.option("--reason", metavar="TEXT", help="Kept with the run.")
@database_option
def command(run_id: str, reason: str | None, url: str | None) -> None:
    """Cancel a run: what has not settled never will. A run that has ended stays as it is.

    RUN is a run's id, or the beginning of one.
    """
    with open_database(url, settings_here()) as database, database.connection() as conn:
        found = find_run(conn, run_id)
        status = queries.cancel_run(conn, found, reason)
    say(f"run {found} is {status}")
