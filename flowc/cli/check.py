"""``flowc check``: every mistake in the flows."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click

from flowc.cli.here import load_handlers, settings_here
from flowc.cli.options import handlers_option, paths_argument
from flowc.cli.sources import FORMATS, compile_paths, compile_stdin, print_report, signatures_of
from flowc.diagnostic import ERROR


@click.command(epilog="Example:  flowc check flows --handlers flows.handlers:handlers")
@paths_argument
@handlers_option
@click.option("--format", "form", type=click.Choice(FORMATS), help="How to report; full, or github under Actions.")
@click.option("--fail-on", type=click.Choice(["error", "warning"]), default="error", help="What makes exit code 1.")
@click.option("--stdin-filename", metavar="FILE", default="<stdin>", help="The name of what is read from stdin.")
def command(paths: tuple[Path, ...], handlers: str | None, form: str | None, fail_on: str, stdin_filename: str) -> None:
    """Find every mistake in flow files.

    PATH is a file, a folder of flows, or - for stdin; without it, the project's flows. With --handlers
    the flows are held against the Python handlers too.
    """
    began = time.perf_counter()
    settings = settings_here()
    signatures = signatures_of(load_handlers(handlers, settings) if handlers else None)
    if paths == (Path("-"),):
        compilations = [compile_stdin(stdin_filename, settings, signatures)]
    else:
        compilations = compile_paths(paths, settings, signatures)
    form = form or ("github" if os.environ.get("GITHUB_ACTIONS") == "true" else "full")
    found = print_report(compilations, form, time.perf_counter() - began)
    if any(fail_on == "warning" or diagnostic.severity is ERROR for diagnostic in found):
        raise click.exceptions.Exit(1)
