"""``flowc watch``: one run, alive."""

from __future__ import annotations

import click

from flowc.cli.database import open_database
from flowc.cli.draw import order_of
from flowc.cli.finding import find_flow, find_run
from flowc.cli.here import settings_here
from flowc.cli.live import watch
from flowc.cli.options import database_option, run_argument
from flowc.cli.outcome import finish
from flowc.cli.watching import Looking
from flowc.db import queries


@click.command(epilog="Example:  flowc watch 0193a1b2")
@run_argument
@database_option
def command(run_id: str, url: str | None) -> None:
    """Watch a run until it has ended: its steps, bars for maps, what it waits for. Then its output is printed.

    RUN is a run's id, or the beginning of one. Where there is no terminal, a line is printed for each change.
    A database that goes away is waited for; Ctrl-C stops watching, and the run goes on. Exit code 1 if the
    run failed or was cancelled.
    """
    with open_database(url, settings_here()) as database, database.connection() as conn:
        found = find_run(conn, run_id)
        run = queries.run(conn, found)
        assert run is not None
        body = find_flow(conn, run.flow_slug)
        with Looking(database.url, conn, found, body) as looking:
            finish(watch(looking, order_of(body)))
