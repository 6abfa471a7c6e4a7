"""Drift: what is deployed held against its digests, and the database's functions and views against those shipped."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import LiteralString, NamedTuple

from psycopg import Connection

from flowc.db.install import SqlFile, shipped

_FUNCTION = re.compile(r"^create or replace function flowc\.", re.MULTILINE)
_VIEW = re.compile(r"^create view flowc\.(\w+)", re.MULTILINE)
_OWN_SCHEMA = re.compile(r"(CREATE OR REPLACE (?:FUNCTION|PROCEDURE) )\w+\.")
# As at an install: what a view's text qualifies depends on it.
_SETTINGS: LiteralString = "set local check_function_bodies = off; set local search_path = pg_catalog, pg_temp"


class Difference(NamedTuple):
    """Something that is not as it should be: a flow, function, view, trigger or migration, as ``kind`` says."""

    kind: str
    name: str
    said: str


def verify(conn: Connection) -> list[Difference]:
    """All that differs: flows from their digests, the schema from the one that this flowc ships.

    The shipped functions and views are created as temporary ones, compared as the server itself writes them, and
    rolled back: nothing of the schema is touched or locked.

    Raises:
        psycopg.Error: the database refuses, e.g. because the role may create nothing temporary.
    """
    return [*_flows(conn), *_migrations(conn), *_functions(conn), *_views(conn), *_triggers(conn)]


def _flows(conn: Connection) -> Iterator[Difference]:
    told = set()
    for slug, digest, definition in conn.execute(
        "select flow_slug, digest, definition from flowc.flows order by flow_slug"
    ).fetchall():
        found = "fc1:" + hashlib.sha256(definition.encode()).hexdigest()
        if found != digest:
            told.add(slug)
            yield Difference("flow", slug, f"its definition has the digest {found}, it was deployed as {digest}")
    for slug, step, invariant, detail in conn.execute(
        "select flow_slug, step_slug, invariant, detail from flowc._broken_definitions order by 1, 2, 3"
    ).fetchall():
        if slug not in told or step is not None:
            yield Difference("flow", slug, f"{invariant}: {f'`{step}`: ' if step else ''}{detail}")


def _migrations(conn: Connection) -> Iterator[Difference]:
    applied: dict[int, str] = dict(conn.execute("select number, digest from flowc.migrations").fetchall())
    for file in shipped("migrations"):
        digest = applied.pop(file.number, None)
        if digest != file.digest:
            yield Difference("migration", file.name, "is missing" if digest is None else "had another content")
    for number in sorted(applied):
        yield Difference("migration", f"{number:04}", "is not one of this flowc's")


def _functions(conn: Connection) -> Iterator[Difference]:
    there = _function_texts(conn, "flowc")
    with conn.transaction(force_rollback=True):
        conn.execute(_SETTINGS)
        for file in shipped("functions"):
            conn.execute(_FUNCTION.sub("create or replace function pg_temp.", file.text).encode())
        ours = _function_texts(conn, "pg_temp")
    yield from _compared("function", there, ours)


def _function_texts(conn: Connection, schema: str) -> dict[str, str]:
    rows = conn.execute(
        "select p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', pg_get_functiondef(p.oid)"
        " from pg_proc p"
        " where p.pronamespace = case %s when 'pg_temp' then pg_my_temp_schema() else 'flowc'::regnamespace end"
        " and p.prokind in ('f', 'p')",
        [schema],
    )
    return {name: _OWN_SCHEMA.sub(r"\1flowc.", text, count=1) for name, text in rows}


def _views(conn: Connection) -> Iterator[Difference]:
    with conn.transaction(force_rollback=True):
        conn.execute(_SETTINGS)
        there = _view_texts(conn, "flowc")
        for file in shipped("views"):
            if _known(file, there):
                conn.execute(_VIEW.sub(r"create temporary view \1", file.text).encode())
        ours = {name: "" for file in shipped("views") for name in _VIEW.findall(file.text)}
        ours |= _view_texts(conn, "pg_temp")
    yield from _compared("view", there, ours)


def _known(file: SqlFile, there: Mapping[str, str]) -> bool:
    """Whether the views of a file are in the database: others may ask for what is not there."""
    return all(name in there for name in _VIEW.findall(file.text))


def _view_texts(conn: Connection, schema: str) -> dict[str, str]:
    rows = conn.execute(
        "select relname, pg_get_viewdef(oid) from pg_class where relkind = 'v'"
        " and relnamespace = case %s when 'pg_temp' then pg_my_temp_schema() else 'flowc'::regnamespace end",
        [schema],
    )
    return dict(rows.fetchall())


def _compared(kind: str, there: Mapping[str, str], ours: Mapping[str, str]) -> Iterator[Difference]:
    for name in sorted(there.keys() | ours.keys()):
        if name not in there:
            yield Difference(kind, name, "is missing")
        elif name not in ours:
            yield Difference(kind, name, "is not one of this flowc's")
        elif there[name] != ours[name]:
            yield Difference(kind, name, "is not what this flowc ships")


def _triggers(conn: Connection) -> Iterator[Difference]:
    """The guards of the definitions that were taken away or switched off."""
    rows = conn.execute(
        "select g.name || ' on ' || t.name, x.tgenabled from unnest(array['flows', 'steps', 'deps']) as t (name)"
        " cross join unnest(array['refuse_change', 'refuse_truncate']) as g (name)"
        " left join pg_trigger x on x.tgrelid = to_regclass('flowc.' || t.name) and x.tgname = g.name"
        " where x.tgenabled is null or x.tgenabled = 'D' order by 1"
    )
    for name, enabled in rows.fetchall():
        yield Difference("trigger", name, "is missing" if enabled is None else "is switched off")
