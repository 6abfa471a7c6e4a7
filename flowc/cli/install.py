"""``flowc install``: flowc's schema into a database."""

from __future__ import annotations

import click

from flowc import __version__
from flowc.cli.database import open_database
from flowc.cli.here import settings_here
from flowc.cli.options import buckets_option, database_option
from flowc.cli.terminal import say
from flowc.db.connect import connect
from flowc.db.install import install


@click.command(epilog="Example:  flowc install --db postgresql://me@localhost/mydb")
@database_option
@buckets_option
def command(url: str | None, buckets: int | None) -> None:
    """Install flowc's schema in a database, or bring it up to date.

    It may be run again, and by many at once; what is up to date is not touched.
    """
    with open_database(url, settings_here()) as database, connect(database.url) as conn:
        install(conn, buckets)
    say(f"flowc {__version__} is installed")
