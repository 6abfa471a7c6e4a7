"""``flowc handlers``: what the checks know of an application's handlers, as a file."""

from __future__ import annotations

from pathlib import Path

import click

from flowc.cli.here import load_handlers, settings_here
from flowc.cli.terminal import put, say
from flowc.errors import UsageError


@click.command(epilog="Example:  flowc handlers app.flows:handlers -o facts.json")
@click.argument("target", required=False, metavar="[M:A]")
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write to FILE, not to stdout.")
def command(target: str | None, output: Path | None) -> None:
    """Print the facts of the handlers in M:A (of the settings) as JSON.

    `flowc check --handlers FILE.json` holds flows against them without importing the application.
    """
    text = load_handlers(target, settings_here()).export()
    if output is None:
        put(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror}", help="check the folder") from error
    say(f"wrote {output}")
