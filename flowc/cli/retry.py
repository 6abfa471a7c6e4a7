"""``flowc retry``: a failed or cancelled run goes on."""

from __future__ import annotations

import click

from flowc.cli.database import open_database
from flowc.cli.finding import find_run
from flowc.cli.here import settings_here
from flowc.cli.options import database_option, run_argument
from flowc.cli.terminal import say
from flowc.db import queries
from flowc.errors import UsageError


@click.command(epilog="Example:  flowc retry 0193a1b2 && flowc worker --drain")
@run_argument
@database_option
def command(run_id: str, url: str | None) -> None:
    """Run again what failed or was cancelled in a run; what completed or was skipped stays.

    RUN is a run's id, or the beginning of one. The work is done by `flowc worker`.
    """
    with open_database(url, settings_here()) as database, database.connection() as conn:
        found = find_run(conn, run_id)
        run = queries.run(conn, found)
        if run is not None and run.status == "completed":
            raise UsageError(
                f"run {found} has completed: there is nothing to run again",
                help=f"`flowc start {run.flow_slug}` starts another run",
            )
        status = queries.retry_run(conn, found)
    say(f"run {found} is {status}")
