"""``flowc worker``: work until stopped."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import click

from flowc.cli.database import URL, open_database
from flowc.cli.here import find_handlers, open_secrets, settings_here
from flowc.cli.options import database_option, handlers_option, secrets_option, to_duration
from flowc.cli.terminal import say
from flowc.compiler.did_you_mean import listing
from flowc.runtime.choice import PROCESS, THREAD
from flowc.runtime.guard import Guard
from flowc.runtime.handlers import load
from flowc.runtime.health import answering, touching
from flowc.runtime.logs import FORMATS, LEVELS, Logging, log_to
from flowc.runtime.streams import masked_output
from flowc.runtime.worker import Worker

_AT_ONCE = 16


@click.command(epilog="Example:  flowc worker --handlers app.flows:handlers --concurrency 8")
@handlers_option
@click.option("--concurrency", metavar="N", type=click.IntRange(1), help="Handlers at once; 16, or as many as CPUs.")
@click.option("--batch", metavar="N", type=click.IntRange(1), default=200, help="Most tasks of one poll; 200.")
@click.option("--executor", default=THREAD, metavar="NAME", help="thread, process or M:A; thread.")
@click.option("--queue", "queues", multiple=True, metavar="Q", help="Poll only this queue; may be given again.")
@click.option("--lease", callback=to_duration, default="30s", metavar="TIME", help="A task is ours so long; 30s.")
@click.option("--drain", is_flag=True, help="Stop when nothing is queued or started.")
@secrets_option
@click.option("--code-version", metavar="WORD", help="Kept with attempts; FLOWC_CODE_VERSION or a digest.")
@click.option("--log-format", metavar="FORM", type=click.Choice(FORMATS), default=FORMATS[0], help="console or json.")
@click.option("--log-level", metavar="LEVEL", type=click.Choice(LEVELS), default="info", help="debug, info or more.")
@click.option("--health-port", metavar="PORT", type=click.IntRange(0, 65535), help="Answer GET /health there.")
@click.option("--health-file", metavar="FILE", type=click.Path(path_type=Path), help="Touch it while all is well.")
@database_option
def command(
    *,
    handlers: str | None,
    concurrency: int | None,
    batch: int,
    executor: str,
    queues: tuple[str, ...],
    lease: timedelta,
    drain: bool,
    secrets: tuple[str, ...],
    code_version: str | None,
    log_format: str,
    log_level: str,
    health_port: int | None,
    health_file: Path | None,
    url: str | None,
) -> None:
    """Work on ready tasks until stopped. SIGTERM or Ctrl-C finishes what has begun and hands back the rest; a second
    one leaves at once.
    """
    stderr, guard = sys.stderr, Guard()
    with masked_output(guard):
        settings = settings_here()
        target = find_handlers(handlers, settings)
        registry = load(target)
        values = open_secrets(secrets, settings)
        if url is None and URL not in os.environ:
            url = values.get(URL)  # e.g. of a file that Docker mounts
        with open_database(url, settings) as database:
            os.environ[URL] = database.url
            with database.connection():
                pass  # what is wrong with the database is said before the first task
            worker = Worker(
                database.url,
                target,
                concurrency=concurrency or ((os.cpu_count() or 1) if executor == PROCESS else _AT_ONCE),
                batch=batch,
                executor=executor,
                queues=queues or None,
                lease=lease,
                drain=drain,
                secrets=values.besides({URL: database.url}),
                blobs=settings.blobs,
                inline_limit=settings.inline_limit,
                code_version=code_version,
                guard=guard,
            )
            log_to(stderr, guard, Logging(log_format, log_level, worker.worker_id))
            say(f"worker {worker.worker_id}: {listing(registry.names)}")
            with ExitStack() as stack:
                if health_port is not None:
                    say(f"health: port {stack.enter_context(answering(health_port, worker.health))}")
                if health_file is not None:
                    stack.enter_context(touching(health_file, worker.health))
                code = worker.run()
    if code:
        raise click.exceptions.Exit(code)
