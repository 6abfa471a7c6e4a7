"""``flowc show``: one run, whole."""

from __future__ import annotations

import json
import sys

import click

from flowc.cli.database import open_database
from flowc.cli.draw import drawn, order_of
from flowc.cli.finding import find_flow, find_run
from flowc.cli.here import settings_here
from flowc.cli.live import look
from flowc.cli.options import database_option, json_option, run_argument
from flowc.cli.rows_json import run_as_json
from flowc.cli.show_text import errors_of_run, input_and_output
from flowc.cli.terminal import put
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
        put(json.dumps(run_as_json(progress, order, tasks), indent=2) + "\n")
        return
    put(drawn(progress, order, sys.stdout) + errors_of_run(progress) + input_and_output(progress.run))
