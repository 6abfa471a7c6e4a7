"""Whether all is well: what waits for nobody, and what must always hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import LiteralString

from psycopg import Connection

from flowc.db.queries.asking import value_of
from flowc.db.rows import Offence, Stalled, Untaken

_UNTAKEN: LiteralString = (
    "run_id::text, flow_slug, step_slug, ready_at, queue, handlers, secrets, missing_handlers, missing_secrets,"
    " live_workers, workers_of_queue"
)
_STALLED: LiteralString = "run_id::text, flow_slug, reason, since"


def invariants(conn: Connection, limit: int | None = None) -> list[Offence]:
    """What the database holds against what must always hold; empty where all is well."""
    query: LiteralString = "select invariant, run_id::text, step_slug, detail from flowc.invariants limit %s"
    return list(map(Offence._make, conn.execute(query, [limit]).fetchall()))


def untaken(
    conn: Connection, run_ids: Sequence[str] | None = None, *, waited: timedelta = timedelta(0)
) -> list[Untaken]:
    """Ready tasks that no live worker can take, ready for as long as ``waited``: one row for each step of a run.

    Those that have waited longest come first.
    """
    query: LiteralString = (
        f"select {_UNTAKEN} from flowc.untaken where (%(ids)s::uuid[] is null or run_id = any(%(ids)s))"
        " and ready_at <= flowc.now() - %(waited)s"
        ' order by ready_at, run_id, step_slug collate "C"'
    )
    chosen = None if run_ids is None else list(run_ids)
    return list(map(Untaken._make, conn.execute(query, {"ids": chosen, "waited": waited}).fetchall()))


def untaken_steps(conn: Connection, limit: int | None = None) -> list[tuple[Untaken, int]]:
    """Of each step that no live worker can take: the run that waits longest, and how many do."""
    query: LiteralString = (
        f"select {_UNTAKEN}, runs from (select distinct on (flow_slug, step_slug) *,"
        " count(*) over (partition by flow_slug, step_slug) as runs from flowc.untaken"
        " order by flow_slug, step_slug, ready_at, run_id) as steps order by ready_at, flow_slug, step_slug limit %s"
    )
    return [(Untaken._make(row[:-1]), row[-1]) for row in conn.execute(query, [limit])]


def stalled(conn: Connection, limit: int | None = None) -> list[Stalled]:
    """Runs that nobody works on though they could go on, longest waiting first."""
    query: LiteralString = f"select {_STALLED} from flowc.stalled order by since, run_id limit %s"
    return list(map(Stalled._make, conn.execute(query, [limit]).fetchall()))


def stalled_flows(conn: Connection, limit: int | None = None) -> list[tuple[Stalled, int]]:
    """Of each flow and reason, the stalled run that waits longest, and how many do; steps of ``untaken`` aside."""
    query: LiteralString = (
        f"select {_STALLED}, runs from (select distinct on (flow_slug, reason) *,"
        " count(*) over (partition by flow_slug, reason) as runs from flowc.stalled s"
        " where reason <> 'ready' or not exists (select from flowc.untaken u where u.run_id = s.run_id)"
        " order by flow_slug, reason, since, run_id) as flows order by since, flow_slug limit %s"
    )
    return [(Stalled._make(row[:-1]), row[-1]) for row in conn.execute(query, [limit])]


def live_workers(conn: Connection) -> int:
    """How many workers are taken to be alive."""
    return int(value_of(conn, "select count(distinct worker_id) from flowc.workers where alive", []))
