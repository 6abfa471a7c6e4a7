"""The arguments and options that several commands share."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from flowc.cli.completing import complete_flow, complete_run
from flowc.compiler.durations import milliseconds


def to_duration(ctx: click.Context, param: click.Parameter, value: str | None) -> timedelta | None:
    """An option's text, a duration as flow files write them, as a timedelta.

    Raises:
        click.BadParameter: the text is no duration.
    """
    try:
        return None if value is None else timedelta(milliseconds=milliseconds(value))
    except (ValueError, OverflowError):
        raise click.BadParameter(f"`{value}` is no duration: write it like 500ms, 30s, 12h or 30d") from None


paths_argument = click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
flow_argument = click.argument("flow", metavar="FLOW", shell_complete=complete_flow)
run_argument = click.argument("run_id", metavar="RUN", shell_complete=complete_run)
handlers_option = click.option("--handlers", metavar="M:A", help="Where the handlers are: module:attribute.")
database_option = click.option(
    "--db", "url", metavar="URL", help="The database; else FLOWC_DATABASE_URL, else an embedded PostgreSQL."
)
input_option = click.option("--input", "text", metavar="JSON|@FILE", help="The run's input; @- is stdin.")
pairs_argument = click.argument("pairs", nargs=-1, metavar="[KEY=VALUE]...")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
secrets_option = click.option(
    "--secrets", multiple=True, metavar="SOURCE", help="env, folder:PATH, dotenv:PATH or M:A; several in order."
)
buckets_option = click.option(
    "--buckets",
    type=click.IntRange(1, 1000),
    metavar="N",
    help="Spread runs over so many buckets; chosen before the first run (default 1).",
)
