"""``flowc worker``: work until stopped."""

from __future__ import annotations

import logging
import os
from datetime import timedelta

import click

from flowc.cli.database import URL, open_database
from flowc.cli.here import load_handlers, settings_here
from flowc.cli.options import database_option, handlers_option, to_duration
from flowc.cli.terminal import say
from flowc.compiler.did_you_mean import listing
from flowc.runtime.worker import Worker


@click.command(epilog="Example:  flowc worker --handlers app.flows:handlers --concurrency 8")
@handlers_option
@click.option("--concurrency", type=click.IntRange(1), default=16, show_default=True, help="Handlers at once.")
@click.option("--batch", type=click.IntRange(1), default=200, show_default=True, help="Most tasks of one poll.")
@click.option("--executor", default="thread", show_default=True, help="What calls the handlers.")
@click.option("--queue", "queues", multiple=True, metavar="Q", help="Poll only this queue; may be given again.")
@click.option("--lease", callback=to_duration, default="30s", show_default=True, help="A task is ours so long.")
@click.option("--drain", is_flag=True, help="Stop when nothing is queued or started.")
@database_option
def command(
    *,
    handlers: str | None,
    concurrency: int,
    batch: int,
    executor: str,
    queues: tuple[str, ...],
    lease: timedelta,
    drain: bool,
    url: str | None,
) -> None:
    """Work on ready tasks until stopped.

    SIGTERM or Ctrl-C finishes what has begun and hands back the rest; a second one leaves at once.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = settings_here()
    registry = load_handlers(handlers, settings)
    with open_database(url, settings) as database:
        os.environ[URL] = database.url
        with database.connection():
            pass  # what is wrong with the database is said before the first task
        worker = Worker(
            database.url,
            registry,
            concurrency=concurrency,
            batch=batch,
            executor=executor,
            queues=queues or None,
            lease=lease,
            drain=drain,
        )
        say(f"worker {worker.worker_id}: {listing(registry.names)}")
        code = worker.run()
    if code:
        raise click.exceptions.Exit(code)
