"""What Tab offers for flows and runs: those of the database that the command line names, quickly or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    import click
    from psycopg import Connection

_OFFERED = 50
_SECONDS = 2


def complete_flow(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The slugs of deployed flows that begin like that."""
    from flowc.db import queries

    def ask(conn: Connection) -> list[CompletionItem]:
        return [CompletionItem(slug) for slug in queries.flow_slugs(conn, incomplete, _OFFERED)]

    return _asked(ctx, ask)


def complete_run(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The ids of the latest runs that begin like that, with flow and status where the shell shows them."""
    from flowc.db import queries

    digits = incomplete.lower().replace("-", "")
    if not re.fullmatch(r"[0-9a-f]{0,32}", digits):
        return []

    def ask(conn: Connection) -> list[CompletionItem]:
        found = queries.latest_runs(conn, digits.ljust(32, "0"), digits.ljust(32, "f"), _OFFERED)
        return [CompletionItem(run_id, help=f"{flow} {status}") for run_id, flow, status in found]

    return _asked(ctx, ask)


def _asked(ctx: click.Context, ask: Callable[[Connection], list[CompletionItem]]) -> list[CompletionItem]:
    """What the database answers; nothing where there is none, or it is slow: Tab has no place for an error.

    The embedded database is not asked: it would have to be started.
    """
    url = ctx.params.get("url") or os.environ.get("FLOWC_DATABASE_URL")
    if not url:
        return []
    try:
        from flowc.db.connect import connect

        with connect(url, seconds=_SECONDS) as conn:
            conn.execute(f"set statement_timeout = '{_SECONDS}s'")
            return ask(conn)
    except Exception:  # noqa: BLE001 - whatever it is, it would stand in the middle of what somebody types
        return []
