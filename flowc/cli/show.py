"""``flowc show``: one run, whole."""

from __future__ import annotations

import json
import sys

import click
from rich.console import Console

from flowc.cli.database import open_database
from flowc.cli.draw import order_of, tree
from flowc.cli.finding import find_flow, find_run
from flowc.cli.here import settings_here
from flowc.cli.live import look
from flowc.cli.options import database_option, json_option, run_argument
from flowc.cli.rows_json import rows_as_json
from flowc.cli.show_text import errors_of_run, input_and_output
from flowc.cli.terminal import is_rich, put, width
from flowc.db import queries


@click.command(epilog="Example:  flowc show 0193a1b2")
@run_argument
@json_option
@database_option
def command(run_id: str, as_json: bool, url: str | None) -> None:
    """Show a run: its steps, the attempts that failed, its input and output.

    RUN is a run's id, or the beginning of one.
    """
    with open_database(url, settings_here()) as database, database.connection() as conn:
        progress = look(conn, find_run(conn, run_id), outputs=as_json)
        tasks = queries.step_tasks(conn, progress.run.run_id) if as_json else []
        order = order_of(find_flow(conn, progress.run.flow_slug))
    if as_json:
        [shown] = rows_as_json([progress.run])
        states = {state.step_slug: state for state in progress.steps}
        shown["step_states"] = rows_as_json(states[slug] for slug in order)
        shown["step_tasks"] = rows_as_json(tasks)
        shown["task_errors"] = rows_as_json(progress.errors)
        put(json.dumps(shown, indent=2) + "\n")
        return
    rich = is_rich(sys.stdout)
    console = Console(width=width() if rich else 200, no_color=not rich, force_terminal=rich, highlight=False)
    with console.capture() as captured:
        console.print(tree(progress, order))
    picture = "".join(line.rstrip() + "\n" for line in captured.get().splitlines())
    put(picture + errors_of_run(progress) + input_and_output(progress.run))
