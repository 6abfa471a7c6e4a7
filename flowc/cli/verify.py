"""``flowc verify``: whether the database is still what was deployed and installed."""

from __future__ import annotations

import json

import click

from flowc.cli.again import again
from flowc.cli.database import open_database
from flowc.cli.here import settings_here
from flowc.cli.options import database_option, json_option
from flowc.cli.rows_json import rows_as_json
from flowc.cli.terminal import one_line, put, say
from flowc.db.verify import verify


@click.command(epilog="Example:  flowc verify --db postgresql://me@localhost/mydb")
@json_option
@database_option
def command(as_json: bool, url: str | None) -> None:
    """Say where the database has drifted: flows from their digests, the schema from what this flowc ships.

    Digests of deployed flows are computed anew; functions, views, triggers and migrations are compared with
    those of this version. Nothing is changed. Exit code 1 if anything differs.
    """
    with open_database(url, settings_here()) as database, database.connection() as conn:
        found = verify(conn)
    if as_json:
        put(json.dumps(rows_as_json(found), indent=2) + "\n")
    else:
        put("".join(one_line(f"! {each.kind} {each.name} {each.said}") + "\n" for each in found))
    if not found:
        say("the database is what was deployed and installed")
        return
    if any(each.kind in {"function", "view", "trigger"} for each in found):
        say(f"help: {again('flowc install')} puts functions, views and triggers back")
    raise click.exceptions.Exit(1)
