"""``flowc compile``: the SQL of flows."""

from __future__ import annotations

from pathlib import Path

import click

from flowc.cli.here import settings_here
from flowc.cli.options import paths_argument
from flowc.cli.sources import compile_paths, definitions_of
from flowc.cli.terminal import put
from flowc.compiler.emit import emit
from flowc.project.checking import check_changed


@click.command(epilog="Example:  set -o pipefail; flowc compile flows | psql mydb")
@paths_argument
@click.option("--plain", is_flag=True, help="No psql command, no begin and commit: for migration tools.")
def command(paths: tuple[Path, ...], plain: bool) -> None:
    """Print the SQL that deploys flows, the same bytes for the same flows.

    Mistakes go to stderr, and then nothing is printed.
    """
    settings = settings_here()
    compilations = compile_paths(paths, settings, None)
    put(emit(definitions_of(compilations, check_changed(compilations, paths, settings)), plain=plain))
