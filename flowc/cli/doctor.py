"""``flowc doctor``: what is wrong in the database, and what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from flowc.cli.again import told_again
from flowc.cli.database import open_database
from flowc.cli.here import settings_here
from flowc.cli.options import database_option, json_option
from flowc.cli.rows_json import rows_as_json
from flowc.cli.terminal import one_line, put
from flowc.cli.words import at
from flowc.db.health import Finding, Health, examine


@click.command(epilog="Example:  flowc doctor --db postgresql://me@localhost/mydb")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="At most so many findings.")
@json_option
@database_option
def command(limit: int, as_json: bool, url: str | None) -> None:
    """Say what is wrong in the database, each with what to do next.

    Looked for are: broken invariants of the engine, ready tasks that no live worker can take, with the handler,
    secret or queue that is missing, and runs on which nobody works though they could go on. Exit code 1 if
    anything is found. It may be run while workers work.
    """
    with open_database(url, settings_here()) as database, database.connection() as conn:
        health = examine(conn, limit)
    if as_json:
        found = {"findings": rows_as_json(health.findings), "more": health.more, "live_workers": health.live_workers}
        put(json.dumps(found, indent=2) + "\n")
    else:
        put("".join(f"{line}\n" for line in _lines(health, url)))
    if health.findings:
        raise click.exceptions.Exit(1)


def _lines(health: Health, url: str | None) -> Iterator[str]:
    for finding in health.findings:
        yield f"{_place(finding)}: {one_line(finding.said)}"
        yield f"  help: {told_again(finding.next, url)}"
    if health.more:
        yield "there is more: --limit N shows it"
    if not health.findings:
        alive = "1 worker is" if health.live_workers == 1 else f"{health.live_workers or 'no'} workers are"
        yield f"all is well: every invariant holds, and nothing waits in vain; {alive} alive"


def _place(finding: Finding) -> str:
    others = f" and {finding.runs - 1} more" if finding.runs > 1 else ""
    words = (
        finding.flow_slug,
        f"step `{finding.step_slug}`" if finding.step_slug else None,
        f"run {finding.run_id}{others}" if finding.run_id else None,
        f"since {at(finding.since)}" if finding.since else None,
    )
    return ", ".join(word for word in words if word) or "database"
