"""``flowc runs``: what ran and what runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from flowc.cli.database import open_database
from flowc.cli.here import settings_here
from flowc.cli.options import database_option, json_option
from flowc.cli.rows_json import rows_as_json
from flowc.cli.terminal import put, say
from flowc.cli.words import between
from flowc.db import queries

if TYPE_CHECKING:
    from flowc.db.rows import Run


@click.command(epilog="Example:  flowc runs --flow analyze_website_v1 --status failed")
@click.option("--flow", metavar="FLOW", help="Only runs of this flow.")
@click.option("--status", type=click.Choice(["started", "completed", "failed", "cancelled"]), help="Only these.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="At most so many.")
@json_option
@database_option
def command(flow: str | None, status: str | None, limit: int, as_json: bool, url: str | None) -> None:
    """List runs, the latest first."""
    with open_database(url, settings_here()) as database, database.connection() as conn:
        runs = queries.runs(conn, flow, status, limit)
    if as_json:
        put(json.dumps(rows_as_json(runs), indent=2) + "\n")
    elif runs:
        put(_table(runs))
    else:
        say("no runs")


def _table(runs: Sequence[Run]) -> str:
    rows = [("run_id", "flow_slug", "status", "started_at", "took", "failed_step")]
    for run in runs:
        began = run.started_at.astimezone().isoformat(" ", "seconds")
        took = between(run.started_at, run.ended_at)
        rows.append((run.run_id, run.flow_slug, run.status, began, took, run.failed_step or ""))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "".join(line.rstrip() + "\n" for line in lines)
