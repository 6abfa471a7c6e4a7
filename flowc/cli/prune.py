"""``flowc prune``: delete old runs."""

from __future__ import annotations

from datetime import timedelta

import click

from flowc.cli.blob import collected
from flowc.cli.database import open_database
from flowc.cli.here import settings_here
from flowc.cli.options import database_option, to_duration
from flowc.cli.terminal import say
from flowc.db import queries

_BATCH = 10_000


@click.command(epilog="Example:  flowc prune --older-than 30d")
@click.option(
    "--older-than", "age", metavar="DURATION", required=True, callback=to_duration, help="How long ago they ended."
)
@database_option
def command(age: timedelta, url: str | None) -> None:
    """Delete runs that ended long ago, with all that is kept of them."""
    pruned = 0
    settings = settings_here()
    with open_database(url, settings) as database, database.connection() as conn:
        while (batch := queries.prune(conn, age)) >= _BATCH:
            pruned += batch
        blobs = collected(database.url, settings.blobs)
    pruned += batch
    say(f"deleted {pruned} {'run' if pruned == 1 else 'runs'}")
    say(blobs)
