"""``flowc schema``: the install script, or the JSON Schema for editors."""

from __future__ import annotations

import click

from flowc.cli.options import buckets_option
from flowc.cli.terminal import put


@click.command(epilog="Example:  flowc schema sql | psql mydb")
@click.argument("what", type=click.Choice(["sql", "flow"]), default="sql", metavar="[sql|flow]")
@buckets_option
def command(what: str, buckets: int | None) -> None:
    """Print the install script of flowc's schema (sql), or the JSON Schema of flow files (flow)."""
    if what == "flow":
        from flowc.assets import schema_text

        put(schema_text("flow.schema.json"))
    else:
        from flowc.db.install import script

        put(script(buckets))
