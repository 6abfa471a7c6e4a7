"""Deployed flows, and what becomes of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import LiteralString

from psycopg import Connection

from flowc.db.queries.asking import value_of
from flowc.db.rows import DeployedFlow


def retire_flow(conn: Connection, flow_slug: str) -> datetime:
    """Start no more runs of a flow; the answer is since when. An unknown flow is FC001."""
    since: datetime = value_of(conn, "select flowc.retire_flow(%s)", [flow_slug])
    return since


def delete_flow(conn: Connection, flow_slug: str) -> None:
    """Delete a retired flow without runs (FC005 where it has some); an unknown one is FC001. The slug stays retired."""
    conn.execute("select flowc.delete_flow(%s)", [flow_slug])


def get_flow(conn: Connection, flow_slug: str) -> str | None:
    """The definition of a deployed flow as its canonical JSON; None if it is unknown."""
    definition: str | None = value_of(conn, "select flowc.get_flow(%s)", [flow_slug])
    return definition


def flow_slugs(conn: Connection, beginning: str, limit: int) -> list[str]:
    """Deployed flows whose slugs begin like that, in their order; retired ones last."""
    query: LiteralString = (
        "select f.flow_slug from flowc.flows f left join flowc.retired_flows r on r.flow_slug = f.flow_slug"
        " where starts_with(f.flow_slug, %s) order by r.flow_slug is not null, f.flow_slug limit %s"
    )
    return [slug for (slug,) in conn.execute(query, [beginning, limit])]


def flows(conn: Connection, inactive: timedelta | None = None) -> list[DeployedFlow]:
    """The deployed flows by slug; with ``inactive``, those without a started run that were not used for so long.

    Where no run is left the deploy counts as use.
    """
    query: LiteralString = (
        "select f.flow_slug, f.digest, f.deployed_at, t.retired_at, coalesce(r.started, 0), coalesce(r.completed, 0),"
        " coalesce(r.failed, 0), coalesce(r.cancelled, 0), r.last_used_at from flowc.flows f"
        " left join flowc.retired_flows t on t.flow_slug = f.flow_slug"
        " left join (select flow_slug, count(*) filter (where status = 'started') as started,"
        " count(*) filter (where status = 'completed') as completed,"
        " count(*) filter (where status = 'failed') as failed,"
        " count(*) filter (where status = 'cancelled') as cancelled,"
        " max(started_at) as last_used_at from flowc.runs group by flow_slug) as r on r.flow_slug = f.flow_slug"
        " where %(inactive)s::interval is null or coalesce(r.started, 0) = 0"
        " and coalesce(r.last_used_at, f.deployed_at) < (select flowc.now()) - %(inactive)s::interval"
        " order by f.flow_slug"
    )
    return list(map(DeployedFlow._make, conn.execute(query, {"inactive": inactive}).fetchall()))
