"""``flowc handlers``: what the checks know of an application's handlers, as a file."""

from __future__ import annotations

from pathlib import Path

import click

from flowc.cli.here import load_handlers, settings_here
from flowc.cli.written import put_or_write


@click.command(epilog="Example:  flowc handlers app.flows:handlers -o facts.json")
@click.argument("target", required=False, metavar="[M:A]")
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write to FILE, not to stdout.")
def command(target: str | None, output: Path | None) -> None:
    """Print the facts of the handlers in M:A (of the settings) as JSON.

    `flowc check --handlers FILE.json` holds flows against them without importing the application.
    """
    put_or_write(load_handlers(target, settings_here()).export(), output)
