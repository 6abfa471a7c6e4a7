"""``flowc graph``: a flow as a picture, and how far a run of it is."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from flowc.cli.completing import complete_run
from flowc.cli.here import settings_here
from flowc.cli.options import database_option
from flowc.cli.order import drawing_order
from flowc.cli.sources import compile_paths, definitions_of
from flowc.cli.terminal import is_rich, say, width
from flowc.cli.written import put_or_write
from flowc.draw.picture import Picture, Run, State, picture_of
from flowc.errors import NotDeployedError, UsageError

if TYPE_CHECKING:
    from psycopg import Connection

    from flowc.project.settings import Settings

FORMATS = ("mermaid", "dot", "svg", "ascii")
_BY_SUFFIX = {".svg": "svg", ".dot": "dot", ".gv": "dot", ".mmd": "mermaid", ".mermaid": "mermaid", ".txt": "ascii"}
_COLUMNS = 80


class _Source(NamedTuple):
    """What a file says of a flow: its definition, and what only a file has: an order and descriptions."""

    body: Mapping[str, Any]
    order: list[str]
    descriptions: Mapping[str, str]


@click.command(epilog="Example:  flowc graph flows/analyze_website.yaml -o analyze_website.svg")
@click.argument("file", metavar="[FILE]", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), help="Else by the ending of -o, else ascii.")
@click.option("--run", "run_id", metavar="RUN", shell_complete=complete_run, help="Draw how far a run is.")
@click.option("-o", "--output", metavar="OUT", type=click.Path(path_type=Path), help="Write to OUT, not to stdout.")
@database_option
def command(file: Path | None, form: str | None, run_id: str | None, output: Path | None, url: str | None) -> None:
    """Draw the flow in FILE: its steps, what each waits for, and its branches with their conditions.

    With --run the flow of a run is drawn as it was deployed, its steps coloured and signed by their status; RUN is
    its id or the beginning of it, and FILE may be left out. The formats: svg, an ascii drawing for the terminal,
    and the text of a chart for mermaid or dot.
    """
    if file is None and run_id is None:
        raise UsageError("nothing says what to draw", help="name a FILE, or a run with --run")
    form = form or _format_of(output)
    settings = settings_here()
    source = _read(file, settings) if file else None
    if run_id is not None:
        from flowc.cli.database import open_database

        with open_database(url, settings) as database, database.connection() as conn:
            picture = _of_run(conn, run_id, source)
    else:
        assert source is not None
        picture = picture_of(*source)
    put_or_write(_rendered(picture, form, output), output)


def _format_of(output: Path | None) -> str:
    """The format that the ending of a file's name says; without a file or an ending, the drawing for terminals."""
    if output is None or not output.suffix:
        return "ascii"
    if output.suffix not in _BY_SUFFIX:
        raise UsageError(
            f"no format has the ending {output.suffix}", help=f"give --format, or one of {' '.join(_BY_SUFFIX)}"
        )
    return _BY_SUFFIX[output.suffix]


def _read(file: Path, settings: Settings) -> _Source:
    [compilation] = compilations = compile_paths([file], settings, None)
    [definition] = definitions_of(compilations)
    assert compilation.flow is not None
    steps = compilation.flow.steps
    said = {slug: step.written.get("description") for slug, step in steps.items()}
    return _Source(definition.body, list(steps), {slug: text for slug, text in said.items() if text})


def _of_run(conn: Connection, run_id: str, source: _Source | None) -> Picture:
    """The picture of a run; the file's order and words are taken if it is the file of what was deployed."""
    from flowc.cli.finding import find_flow, find_run
    from flowc.db import queries

    found = find_run(conn, run_id)
    run = queries.run(conn, found)
    if run is None:  # deleted since
        raise NotDeployedError(f"there is no run {found}", help="`flowc runs` lists them")
    body = find_flow(conn, run.flow_slug)
    states = {
        row.step_slug: State(row.status, _done(row.total, row.remaining), row.total)
        for row in queries.step_states(conn, found)
    }
    if source and source.body != body:
        say(f"the run is of {run.flow_slug} as it was deployed; the file says something else, and is not drawn")
        source = None
    order, said = (source.order, source.descriptions) if source else (drawing_order(body), {})
    return picture_of(body, order, said, Run(found, run.status), states)


def _done(total: int | None, remaining: int | None) -> int | None:
    return None if total is None else total - (remaining or 0)


def _rendered(picture: Picture, form: str, output: Path | None) -> str:
    renderer: Any = import_module(f"flowc.draw.{form}")
    if form != "ascii":
        text: str = renderer.render(picture)
    elif output is not None:
        text = renderer.render(picture, _COLUMNS)
    else:
        rich = is_rich(sys.stdout)
        columns = width() if rich else _COLUMNS
        text = renderer.render(picture, columns, color=rich, typewriter=not _shows_lines())
    return text


def _shows_lines() -> bool:
    """Whether stdout takes more than ASCII."""
    try:
        "─✓".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
