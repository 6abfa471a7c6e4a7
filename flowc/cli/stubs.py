"""``flowc stubs``: the types of a flow for mypy and pyright."""

from __future__ import annotations

from pathlib import Path

import click

from flowc.cli.here import settings_here
from flowc.cli.sources import compile_paths, definitions_of
from flowc.cli.written import put_or_write
from flowc.compiler.stubs import stubs


@click.command(epilog="Example:  flowc stubs flows/analyze_website.yaml -o app/analyze_website_types.py")
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write to FILE, not to stdout.")
def command(file: Path, output: Path | None) -> None:
    """Print the types of the flow in FILE as a Python module.

    It has a TypedDict for each object of the flow's schemas, and a Protocol against which mypy and pyright hold
    a module of handlers.
    """
    [compilation] = compile_paths([file], settings_here(), None)
    definitions_of([compilation])
    assert compilation.flow is not None
    put_or_write(stubs(compilation.flow), output)
