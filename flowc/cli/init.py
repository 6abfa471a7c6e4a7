"""``flowc init``: a first project."""

from __future__ import annotations

from pathlib import Path

import click

from flowc.cli.terminal import one_line, put, say
from flowc.project.first import write_project


@click.command(epilog="Example:  flowc init hello && cd hello && flowc run flows/hello.yaml name=Ada")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path))
def command(folder: Path) -> None:
    """Write a first flow, its handlers, [tool.flowc] in pyproject.toml, a pre-commit hook and a check for CI.

    What exists already is kept as it is. DIR is the current folder if it is not given.
    """
    written = write_project(folder)
    put("".join(f"{what:<9} {one_line(str(folder / name))}\n" for name, what in written))
    if any(what == "kept" for _, what in written):
        say("what existed is kept; docs/ci.md of flowc shows what else could go into it")
    there = "" if folder == Path() else f"cd {folder} && "
    say(f"try: {there}flowc run flows/hello.yaml name=Ada")
