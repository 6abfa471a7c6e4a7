"""``flowc runs``: what ran and what runs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from flowc.cli.again import again
from flowc.cli.completing import complete_flow
from flowc.cli.database import open_database
from flowc.cli.finding import find_flow
from flowc.cli.here import settings_here
from flowc.cli.options import database_option, json_option
from flowc.cli.rows_json import rows_as_json
from flowc.cli.terminal import put, say, table
from flowc.cli.words import at, between
from flowc.db import queries
from flowc.db.health import why_untaken

if TYPE_CHECKING:
    from psycopg import Connection

    from flowc.db.rows import Run


@click.command(epilog="Example:  flowc runs --flow analyze_website_v1 --status failed")
@click.option("--flow", metavar="FLOW", shell_complete=complete_flow, help="Only runs of this flow.")
@click.option("--status", type=click.Choice(["started", "completed", "failed", "cancelled"]), help="Only these.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="At most so many.")
@json_option
@database_option
def command(flow: str | None, status: str | None, limit: int, as_json: bool, url: str | None) -> None:
    """List runs, the latest first.

    Of a run that waits for a handler, a secret or a queue that no live worker has, it says so.
    """
    with open_database(url, settings_here()) as database, database.connection() as conn:
        if flow is not None:
            find_flow(conn, flow)
        runs = queries.runs(conn, flow, status, limit)
        waits = _waits(conn, runs)
    if as_json:
        put(json.dumps([{**row, "waits_for": waits.get(row["run_id"])} for row in rows_as_json(runs)], indent=2) + "\n")
    elif runs:
        put(table(_cells(runs, waits)))
    else:
        say("no runs")
    if waits and not as_json:
        say(f"ready tasks wait for a worker that can take them: {again('flowc doctor')} says what to do")


def _waits(conn: Connection, runs: Sequence[Run]) -> dict[str, str]:
    """For those of the runs with a ready task that no live worker can take: why."""
    started = [run.run_id for run in runs if run.status == "started"]
    found: dict[str, str] = {}
    for row in queries.untaken(conn, started) if started else []:
        found.setdefault(row.run_id, f"`{row.step_slug}`: {why_untaken(row)}")
    return found


def _cells(runs: Sequence[Run], waits: Mapping[str, str]) -> Iterator[Sequence[str]]:
    yield "run_id", "flow_slug", "status", "started_at", "took", "failed_step"
    for run in runs:
        took = between(run.started_at, run.ended_at)
        last = run.failed_step or waits.get(run.run_id, "")
        yield run.run_id, run.flow_slug, run.status, at(run.started_at), took, last
