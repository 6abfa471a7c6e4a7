"""``flowc show``: one run, whole, or one of its steps."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from flowc.cli.database import open_database
from flowc.cli.draw import MOST_STEPS, drawn, order_of
from flowc.cli.facts import facts_of
from flowc.cli.finding import find_flow, find_run, find_step
from flowc.cli.here import settings_here
from flowc.cli.live import look
from flowc.cli.options import database_option, json_option, run_argument
from flowc.cli.rows_json import run_as_json
from flowc.cli.show_text import ERRORS, TASKS, errors_of_run, how_to_go_on, particulars, step_whole
from flowc.cli.terminal import put
from flowc.db import queries
from flowc.references import INPUT

if TYPE_CHECKING:
    from psycopg import Connection

_WHOLE = 2**31 - 1
_OUTPUT = 200


@click.command(epilog="Example:  flowc show 0193a1b2")
@run_argument
@click.argument("step", metavar="[STEP]", required=False)
@click.option("--all", "everything", is_flag=True, help="Draw every step, however many there are.")
@json_option
@database_option
def command(run_id: str, step: str | None, everything: bool, as_json: bool, url: str | None) -> None:
    """Show a run: its steps, why they were skipped, what they wait for, attempts that failed, input and output.

    RUN is a run's id, or the beginning of one. With STEP that step is shown: its tasks, what it may see of
    others, and its output whole. --json has everything of the run.
    """
    with open_database(url, settings_here()) as database, database.connection() as conn:
        found = find_run(conn, run_id)
        if as_json:
            text = json.dumps(_everything(conn, found), indent=2) + "\n"
        elif step is not None:
            text = _step(conn, found, step)
        else:
            text = _run(conn, found, None if everything else MOST_STEPS)
    put(text)


def _run(conn: Connection, run_id: str, most: int | None) -> str:
    progress = look(conn, run_id, outputs=_OUTPUT)
    body = find_flow(conn, progress.run.flow_slug)
    facts = facts_of(conn, progress, body)
    failures = queries.count_errors(conn, run_id) if progress.errors else 0
    return (
        drawn(progress, order_of(body), sys.stdout, facts, most)
        + errors_of_run(progress.errors[-ERRORS:], failures, run_id)
        + particulars(progress.run)
        + how_to_go_on(progress, facts.untaken)
    )


def _step(conn: Connection, run_id: str, slug: str) -> str:
    progress = look(conn, run_id)
    body = find_flow(conn, progress.run.flow_slug)
    step = find_step(body, slug)
    why = facts_of(conn, progress, body).said_of(slug)
    [state] = queries.step_states(conn, run_id, step_slug=slug)
    tasks = queries.step_tasks(conn, run_id, slug, TASKS + 1)
    errors = queries.task_errors(conn, run_id, slug, ERRORS)
    seen = queries.outputs(conn, run_id, step.get("depends_on", ()))
    inputs = {INPUT: progress.run.input, **seen}
    return step_whole(progress.run, state, why, tasks=tasks, errors=errors, inputs=inputs)


def _everything(conn: Connection, run_id: str) -> dict[str, Any]:
    progress = look(conn, run_id, outputs=_WHOLE, errors=None)
    body: Mapping[str, Any] = find_flow(conn, progress.run.flow_slug)
    return run_as_json(progress, order_of(body), queries.step_tasks(conn, run_id))
