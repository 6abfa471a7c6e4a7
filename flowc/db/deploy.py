"""Deploying: the compiled SQL of flows, run over a connection as psql would run it; and what is deployed."""

from __future__ import annotations

import psycopg
from psycopg import Connection

from flowc.db.sqlstate import as_flowc_error
from flowc.db.transaction import read_committed


def deploy(conn: Connection, sql: str) -> None:
    """Run the SQL that ``emit(definitions, plain=True)`` gives: all of its flows, or none.

    Deploying what is deployed changes nothing.

    Raises:
        DatabaseError: a slug is deployed with another digest (the message names both), or the database refuses.
    """
    try:
        with read_committed(conn):
            conn.execute(sql.encode())
    except psycopg.Error as error:
        raise as_flowc_error(error) from error


def deployed_digests(conn: Connection) -> dict[str, str]:
    """The digest of every deployed flow, by slug.

    Raises:
        DatabaseError: the database refuses.
    """
    try:
        return dict(conn.execute("select flow_slug, digest from flowc.flows order by flow_slug").fetchall())
    except psycopg.Error as error:
        raise as_flowc_error(error) from error


def deployed_digest(conn: Connection, flow_slug: str) -> str | None:
    """The digest of a deployed flow; None if it is not deployed.

    Raises:
        DatabaseError: the database refuses.
    """
    try:
        row = conn.execute("select digest from flowc.flows where flow_slug = %s", [flow_slug]).fetchone()
    except psycopg.Error as error:
        raise as_flowc_error(error) from error
    return None if row is None else str(row[0])


def retired_flows(conn: Connection) -> set[str]:
    """The slugs of which no run starts any more, also of flows that are deleted.

    Raises:
        DatabaseError: the database refuses.
    """
    try:
        return {slug for (slug,) in conn.execute("select flow_slug from flowc.retired_flows")}
    except psycopg.Error as error:
        raise as_flowc_error(error) from error


def started_runs(conn: Connection) -> dict[str, int] | None:
    """How many runs of each flow are at work, by slug; None where this role may not read runs.

    Raises:
        DatabaseError: the database refuses.
    """
    query = "select flow_slug, count(*) from flowc.runs where status = 'started' group by flow_slug"
    try:
        return dict(conn.execute(query).fetchall())
    except psycopg.errors.InsufficientPrivilege:
        return None
    except psycopg.Error as error:
        raise as_flowc_error(error) from error
