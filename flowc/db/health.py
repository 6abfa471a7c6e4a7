"""What is wrong in a database, each with what to do next: broken invariants, tasks and runs that wait in vain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from psycopg import Connection

from flowc.db import queries
from flowc.db.rows import Offence, Stalled, Untaken


class Finding(NamedTuple):
    """Something that is wrong; ``kind`` is ``invariant``, ``untaken`` or ``stalled``.

    ``run_id`` is one run of ``runs`` for which it holds, the one that waits longest; ``since`` is since when it does.
    ``said`` tells what is wrong and ``next`` what to do, with commands in backticks.
    """

    kind: str
    flow_slug: str | None
    run_id: str | None
    step_slug: str | None
    runs: int
    since: datetime | None
    said: str
    next: str


class Health(NamedTuple):
    """What was found, whether there was ``more`` than the limit, and how many workers live."""

    findings: list[Finding]
    more: bool
    live_workers: int


def examine(conn: Connection, limit: int) -> Health:
    """Look for all that is wrong, at most ``limit`` findings, the gravest first.

    Raises:
        psycopg.Error: the database refuses.
    """
    workers = queries.live_workers(conn)
    findings = [_broken(offence) for offence in queries.invariants(conn, limit + 1)]
    if len(findings) <= limit:
        findings += [_without_worker(row, runs) for row, runs in queries.untaken_steps(conn, limit + 1)]
    if len(findings) <= limit:
        findings += [_without_progress(row, runs, workers) for row, runs in queries.stalled_flows(conn, limit + 1)]
    return Health(findings[:limit], len(findings) > limit, workers)


def why_untaken(row: Untaken) -> str:
    """What keeps every live worker from a task, e.g. ``no live worker has the handler `fetch```."""
    if not row.live_workers:
        return f"no worker is alive that has {_listed([*row.handlers, *row.secrets])}"
    if not row.workers_of_queue:
        return f"no live worker polls the queue `{row.queue}`"
    lacks = [
        f"{word}{'s' if len(names) > 1 else ''} {_listed(names)}"
        for word, names in (("handler", row.missing_handlers), ("secret", row.missing_secrets))
        if names
    ]
    if lacks:
        return f"no live worker has the {' and the '.join(lacks)}"
    return f"no one live worker has all of {_listed([*row.handlers, *row.secrets])}"


def _broken(offence: Offence) -> Finding:
    mend = f"; `flowc cancel {offence.run_id}` ends the run if it is not to go on" if offence.run_id else ""
    return Finding(
        kind="invariant",
        flow_slug=None,
        run_id=offence.run_id,
        step_slug=offence.step_slug,
        runs=int(offence.run_id is not None),
        since=None,
        said=f"broken: {offence.invariant} ({offence.detail})",
        next="tables were changed by hand, or this is a bug of flowc: report it with what `flowc doctor --json` prints"
        + mend,
    )


def _without_worker(row: Untaken, runs: int) -> Finding:
    queue = "" if row.queue == "default" else f" --queue {row.queue}"
    lacking = row.missing_secrets or ([] if row.live_workers and row.workers_of_queue else row.secrets)
    secrets = f" with {_listed(lacking)} in its environment" if lacking else ""
    missing = row.missing_handlers or row.handlers
    return Finding(
        kind="untaken",
        flow_slug=row.flow_slug,
        run_id=row.run_id,
        step_slug=row.step_slug,
        runs=runs,
        since=row.ready_at,
        said=why_untaken(row),
        next=f"start `flowc worker --handlers M:A{queue}`{secrets}, where M:A registers {_listed(missing)}",
    )


def _without_progress(row: Stalled, runs: int, workers: int) -> Finding:
    alive = f"{workers} live {'worker' if workers == 1 else 'workers'}"
    reasons = {
        "lease_over": (
            "a worker is gone without a word, and nobody has polled since its lease ended",
            "start `flowc worker --handlers M:A`: it takes the task back, at the cost of an attempt",
        ),
        "overdue": (
            "a delay or a retry's wait is over, and nobody has polled since",
            "start `flowc worker --handlers M:A`",
        ),
        "ready": (
            f"a task is ready, and none of {alive} has come to it",
            "start more workers or raise their --concurrency, unless they are busy with what is more urgent",
        ),
    }
    said, todo = reasons[row.reason]
    return Finding("stalled", row.flow_slug, row.run_id, None, runs, row.since, said, todo)


def _listed(names: Iterable[str]) -> str:
    return " and ".join(_in_ticks(names)) or "its handlers"


def _in_ticks(names: Iterable[str]) -> Iterator[str]:
    return (f"`{name}`" for name in names)
