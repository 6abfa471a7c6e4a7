"""The arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

paths_argument = click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
flow_argument = click.argument("flow", metavar="FLOW")
run_argument = click.argument("run_id", metavar="RUN")
handlers_option = click.option("--handlers", metavar="M:A", help="Where the handlers are: module:attribute.")
database_option = click.option(
    "--db", "url", metavar="URL", help="The database; else FLOWC_DATABASE_URL, else an embedded PostgreSQL."
)
input_option = click.option("--input", "text", metavar="JSON|@FILE", help="The run's input; @- is stdin.")
pairs_argument = click.argument("pairs", nargs=-1, metavar="[KEY=VALUE]...")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
