"""The database that a command works with: chosen, named on stderr, and made ready."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from flowc.cli.again import told_again
from flowc.cli.terminal import say
from flowc.db.connect import connect, describe
from flowc.db.install import install, is_current, require_schema
from flowc.errors import DatabaseError, FlowcError, UsageError

if TYPE_CHECKING:
    from psycopg import Connection

    from flowc.project.settings import Settings

FOLDER = ".flowc"
URL = "FLOWC_DATABASE_URL"


class Database(NamedTuple):
    """Where a command works: the URL, and whether it is the project's own embedded PostgreSQL."""

    url: str
    embedded: bool

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection to the database, with flowc's schema in it; only into the embedded one it is put unasked.

        Raises:
            DatabaseError: nobody answers, or flowc is not installed there, or another version of it.
        """
        with connect(self.url) as conn:
            if not self.embedded:
                require_schema(conn)
            elif not is_current(conn):
                _bring_up_to_date(conn)
            yield conn


def _bring_up_to_date(conn: Connection) -> None:
    """Install into the embedded database, which is there for trying things out, and may go."""
    try:
        install(conn)
    except DatabaseError as error:
        raise DatabaseError(
            f"the embedded database was made by another flowc: {error.message}",
            help=f"remove the folder {FOLDER} beside pyproject.toml, with the runs in it, and try again",
        ) from error


@contextmanager
def open_database(url: str | None, settings: Settings) -> Iterator[Database]:
    """The database of ``--db``, else of FLOWC_DATABASE_URL, else the embedded one of the project; a line names it.

    Raises:
        UsageError: ``--db`` is empty, as an unset variable of a script is.
        DatabaseError: the embedded PostgreSQL cannot be started.
    """
    if url == "":
        raise UsageError("--db is empty", help="give it a URL, or leave it out for the embedded PostgreSQL")
    typed = url
    url = url or os.environ.get(URL)
    if url:
        say(f"database: {describe(url)}")
        try:
            yield Database(url, embedded=False)
        except FlowcError as error:
            error.help = told_again(error.help, typed)
            raise
        return
    from flowc.db.embedded import Embedded

    with Embedded(settings.root) as server:
        say(f"database: {describe(server.url)} (embedded)")
        yield Database(server.url, embedded=True)
