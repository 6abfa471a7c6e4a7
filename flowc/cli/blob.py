"""``flowc blob``: values that are too large for rows, by their ids."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowc.cli.database import open_database
from flowc.cli.here import settings_here
from flowc.cli.options import database_option, json_option, to_duration
from flowc.cli.rows_json import rows_as_json
from flowc.cli.terminal import put, say, table
from flowc.cli.words import at, size_of
from flowc.db import queries
from flowc.errors import UsageError

if TYPE_CHECKING:
    from psycopg import Connection

    from flowc.db.rows import StoredBlob
    from flowc.runtime.blobs import Blob


@click.group(epilog="Example:  flowc blob get 2d711642b726 > report.pdf", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Read, list and collect blobs: the values over 64 KiB that runs keep outside of their rows.

    They are stored once, by the SHA-256 of their bytes; `flowc show` says which ones a run has.
    """
    if ctx.invoked_subcommand is None:
        say(ctx.get_help())
        ctx.exit(2)


@command.command(epilog="Example:  flowc blob get 2d711642b726 > report.pdf")
@click.argument("blob_id", metavar="ID")
@click.option(
    "-o", "--output", "file", metavar="FILE", type=click.Path(path_type=Path), help="Write there, not to stdout."
)
@database_option
def get(blob_id: str, file: Path | None, url: str | None) -> None:
    """Print the bytes of a blob, once they are known to be those that were stored.

    ID is a blob's id, or the beginning of one.
    """
    from flowc.runtime.blobs.warehouse import Warehouse

    settings = settings_here()
    with open_database(url, settings) as database:
        with database.connection() as conn:
            found = _beginning_with(conn, blob_id)
        depot = Warehouse(database.url, settings.blobs, patience=lambda: 0.0)
        try:
            _write(depot.find(found), file)
        finally:
            depot.close()


@command.command(epilog="Example:  flowc blob ls --limit 50")
@click.option("--limit", metavar="N", type=click.IntRange(1), default=20, help="How many at most; 20.")
@json_option
@database_option
def ls(limit: int, as_json: bool, url: str | None) -> None:
    """List blobs, the latest first: how large they are, where, and how many runs refer to them."""
    with open_database(url, settings_here()) as database, database.connection() as conn:
        blobs = queries.blobs(conn, limit)
    if as_json:
        put(json.dumps(rows_as_json(blobs), indent=2) + "\n")
    elif blobs:
        put(table(_cells(blobs)))
    else:
        say("no blobs")


@command.command(epilog="Example:  flowc blob gc")
@click.option(
    "--older-than", "age", metavar="DURATION", callback=to_duration, default="0s", help="Leave younger ones alone."
)
@database_option
def gc(age: timedelta, url: str | None) -> None:
    """Delete blobs that no run refers to any more, as `flowc prune` does.

    Those that are younger than a day and the longest timeout of a flow stay: an attempt may be about to refer to them.
    """
    settings = settings_here()
    with open_database(url, settings) as database:
        with database.connection():
            pass
        say(collected(database.url, settings.blobs, age))


def collected(url: str, store: str, age: timedelta = timedelta(0)) -> str:
    """Delete what nobody refers to; the sentence about it."""
    from flowc.runtime.blobs.warehouse import Warehouse

    depot = Warehouse(url, store, patience=lambda: 0.0)
    try:
        count, size = depot.collect(age)
    finally:
        depot.close()
    return f"deleted {count} {'blob' if count == 1 else 'blobs'}" + (f", {size_of(size)}" if count else "")


def _beginning_with(conn: Connection, beginning: str) -> str:
    """The id of the one blob whose id begins like that."""
    if not re.fullmatch(r"[0-9a-f]{1,64}", beginning):
        raise UsageError(f"`{beginning}` is no blob's id", help="`flowc blob ls` lists them")
    found = queries.blob_ids(conn, beginning, 2)
    if not found:
        raise UsageError(f"there is no blob {beginning}", help="`flowc blob ls` lists them")
    if len(found) > 1:
        raise UsageError(f"several blobs begin with {beginning}", help="give more of the id")
    return found[0]


def _write(blob: Blob, file: Path | None) -> None:
    if file is None and sys.stdout.isatty() and not blob.is_json:
        raise UsageError(
            f"the blob is {size_of(blob.size)} of {blob.media_type}, not for a terminal",
            help="give --output FILE, or pipe it",
        )
    with blob.open() as source:
        if file is None:
            while piece := source.read(1024 * 1024):
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            return
        try:
            with file.open("wb") as target:
                while piece := source.read(1024 * 1024):
                    target.write(piece)
        except OSError as error:
            raise UsageError(f"cannot write {file}: {error.strerror}", help="check the folder") from None
    say(f"{file}: {size_of(blob.size)}, {blob.media_type}")


def _cells(blobs: Sequence[StoredBlob]) -> Iterator[Sequence[str]]:
    yield "blob", "size", "media_type", "runs", "stored_at", "store"
    for blob in blobs:
        store = blob.store if blob.ready else f"{blob.store} (not whole)"
        yield blob.blob_id[:16], size_of(blob.size), blob.media_type, str(blob.runs), at(blob.stored_at), store
