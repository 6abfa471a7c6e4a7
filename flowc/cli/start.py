"""``flowc start``: a run of a deployed flow."""

from __future__ import annotations

import click

from flowc.cli.database import open_database
from flowc.cli.draw import order_of
from flowc.cli.finding import find_flow
from flowc.cli.here import settings_here
from flowc.cli.inputs import check_input, read_input, stored_input
from flowc.cli.live import watch
from flowc.cli.options import database_option, flow_argument, input_option, pairs_argument
from flowc.cli.outcome import finish
from flowc.cli.terminal import put, say
from flowc.cli.watching import Looking
from flowc.db import queries


@click.command(epilog="Example:  flowc start analyze_website_v1 url=https://example.org --wait")
@flow_argument
@pairs_argument
@input_option
@click.option("--key", metavar="KEY", help="The same key for the same flow starts one run only.")
@click.option("--priority", type=click.IntRange(-1_000_000, 1_000_000), metavar="N", default=0, help="Higher first.")
@click.option("--wait", is_flag=True, help="Wait until the run has ended and print its output.")
@database_option
def command(
    *, flow: str, pairs: tuple[str, ...], text: str | None, key: str | None, priority: int, wait: bool, url: str | None
) -> None:
    """Start a run of the deployed flow FLOW and print its id.

    The work is done by `flowc worker`. With --wait, the run's output is printed and the exit code is 1 if it failed.
    """
    settings = settings_here()
    with open_database(url, settings) as database, database.connection() as conn:
        body = find_flow(conn, flow)
        schema = body.get("input")
        value = check_input(read_input(text, pairs, schema), schema)
        value, blobs = stored_input(database.url, settings, body, value)
        run_id = queries.start_flow(conn, flow, value, key, priority, input_checked=True, input_blobs=blobs)
        if not wait:
            put(run_id + "\n")
            return
        say(f"run {run_id}: {flow}")
        with Looking(database.url, conn, run_id, body) as looking:
            finish(watch(looking, order_of(body)))
