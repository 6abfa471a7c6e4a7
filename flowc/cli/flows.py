"""``flowc flows``: what is deployed, and how it goes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from flowc.cli.database import open_database
from flowc.cli.finding import find_flow
from flowc.cli.here import settings_here
from flowc.cli.options import database_option, flow_argument, json_option, to_duration
from flowc.cli.rows_json import rows_as_json
from flowc.cli.terminal import put, say, table
from flowc.cli.words import at
from flowc.db import queries
from flowc.errors import UsageError

if TYPE_CHECKING:
    from flowc.db.rows import DeployedFlow

_STATUSES = ("started", "completed", "failed", "cancelled")


@click.group(invoke_without_command=True, epilog="Example:  flowc flows --inactive 90d")
@click.option("--inactive", metavar="DURATION", callback=to_duration, help="Only flows not used for so long.")
@json_option
@database_option
@click.pass_context
def command(ctx: click.Context, inactive: timedelta | None, as_json: bool, url: str | None) -> None:
    """List the deployed flows: digest, runs by status, when last used, and since when retired.

    A flow that is retired starts no more runs. When its last run is pruned it can be deleted.
    """
    if ctx.invoked_subcommand is not None:
        return
    with open_database(url, settings_here()) as database, database.connection() as conn:
        flows = queries.flows(conn, inactive)
    if as_json:
        put(json.dumps(rows_as_json(flows), indent=2) + "\n")
    elif flows:
        put(table(_cells(flows)))
    else:
        say("no flows" if inactive is None else "no flow has been out of use for so long")


@command.command(epilog="Example:  flowc flows retire report_v1")
@flow_argument
@database_option
def retire(flow: str, url: str | None) -> None:
    """Start no more runs of FLOW; runs that have started go on."""
    with open_database(url, settings_here()) as database, database.connection() as conn:
        find_flow(conn, flow)
        since = queries.retire_flow(conn, flow)
        [left] = [each.started for each in queries.flows(conn) if each.flow_slug == flow]
    say(f"`{flow}` is retired since {at(since)}; {left} {'run is' if left == 1 else 'runs are'} still at work")


@command.command(epilog="Example:  flowc flows delete report_v1")
@flow_argument
@database_option
def delete(flow: str, url: str | None) -> None:
    """Delete FLOW, which is retired and has no runs left; its slug stays retired."""
    with open_database(url, settings_here()) as database, database.connection() as conn:
        find_flow(conn, flow)
        [found] = [each for each in queries.flows(conn) if each.flow_slug == flow]
        _refuse_in_use(found)
        queries.delete_flow(conn, flow)
    say(f"`{flow}` is deleted; its slug stays retired")


def _refuse_in_use(flow: DeployedFlow) -> None:
    slug, ended = flow.flow_slug, flow.completed + flow.failed + flow.cancelled
    if flow.retired_at is None:
        raise UsageError(f"`{slug}` is not retired", help=f"`flowc flows retire {slug}` comes first")
    if flow.started:
        raise UsageError(f"`{slug}` has runs at work: {flow.started}", help=f"see `flowc runs --flow {slug}`")
    if ended:
        raise UsageError(
            f"`{slug}` has runs that are kept: {ended}", help="`flowc prune --older-than 30d` deletes old ones"
        )


def _cells(flows: Sequence[DeployedFlow]) -> Iterator[Sequence[str]]:
    yield "flow_slug", "digest", *_STATUSES, "last_used_at", ""
    for flow in flows:
        used = at(flow.last_used_at) if flow.last_used_at else "never"
        retired = f"retired since {at(flow.retired_at)}" if flow.retired_at else ""
        yield flow.flow_slug, flow.digest[:16], *(str(getattr(flow, word)) for word in _STATUSES), used, retired
