"""Installing flowc's schema: one SQL text, for psql or over a connection, that may be run again and by many at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import psycopg
from psycopg import Connection

from flowc import __version__, assets
from flowc.db.sqlstate import SCHEMA_DIFFERS, as_flowc_error
from flowc.db.transaction import read_committed
from flowc.errors import DatabaseError

# The same number as in flowc.lock_deploys(): installs and deploys of a database pass one at a time.
LOCK = 7021791460254533

MOST_BUCKETS = 1000

_FIRST_LINES = "\\set ON_ERROR_STOP on\nbegin isolation level read committed;\n"
_LAST_LINE = "commit;\n"

# check_function_bodies is off because functions name each other and are created in the order of their names.
_SETTINGS = """\
set local client_min_messages = warning;
set local search_path = pg_catalog, pg_temp;
set local standard_conforming_strings = on;
set local check_function_bodies = off;
"""

_PREPARE = """\
perform pg_advisory_xact_lock({lock});
if to_regclass('flowc.migrations') is null
   and exists (select from pg_class where relnamespace = to_regnamespace('flowc')) then
  raise exception 'the schema flowc holds tables that are not ours'
    using errcode = '{differs}', hint = 'rename that schema, or install into another database';
end if;
if to_regnamespace('flowc') is null then
  create schema flowc;
end if;
create table if not exists flowc.migrations (
  number integer primary key,
  name text not null,
  digest text not null,
  applied_at timestamptz not null default clock_timestamp()
);
create table if not exists flowc.installation (
  only_row boolean primary key default true check (only_row),
  schema_version integer not null,
  flowc_version text not null,
  functions_digest text not null,
  functions_found text not null,
  views_digest text not null,
  views_found text not null,
  installed_at timestamptz not null default clock_timestamp()
);
if greatest((select max(number) from flowc.migrations), (select schema_version from flowc.installation)) > {schema} then
  raise exception 'the database holds schema % of flowc, this is flowc {version} with schema {schema}',
    greatest((select max(number) from flowc.migrations), (select schema_version from flowc.installation))
    using errcode = '{differs}', hint = 'upgrade flowc';
end if;
"""

_MIGRATION = """\
if not exists (select from flowc.migrations where number = {number}) then
  execute {text};
  insert into flowc.migrations (number, name, digest) values ({number}, '{name}', '{digest}');
elsif (select digest from flowc.migrations where number = {number}) <> '{digest}' then
  raise exception 'migration {name} was applied to this database with another content'
    using errcode = '{differs}', hint = 'install into a new database';
end if;
"""

# What the database holds, so that a second install finds nothing to do, and one after a change by hand mends it.
_FUNCTIONS_FOUND = """\
(select encode(sha256(convert_to(coalesce(string_agg(pg_get_functiondef(oid), '' order by oid::regprocedure::text
   collate "C"), ''), 'UTF8')), 'hex')
 from pg_proc where pronamespace = to_regnamespace('flowc') and prokind in ('f', 'p'))"""
_VIEWS_FOUND = """\
(select encode(sha256(convert_to(coalesce(string_agg(relname || pg_get_viewdef(oid), '' order by relname), ''),
   'UTF8')), 'hex')
 from pg_class where relnamespace = to_regnamespace('flowc') and relkind = 'v')"""

_DECIDE = """\
perform set_config('flowc.{kind}', case when exists (
  select from flowc.installation where {kind}_digest = '{digest}' and {kind}_found = {found}
){also} then 'keep' else 'apply' end, true);
"""

# Grants and triggers name functions: they are said anew with the views whenever a function changed.
_FUNCTIONS_KEPT = " and current_setting('flowc.functions') = 'keep'"

_APPLY = """\
if current_setting('flowc.{kind}') = 'apply' then
  execute {text};
end if;
"""

_DROP_VIEWS = """\
if current_setting('flowc.views') = 'apply' then
  execute (select coalesce('drop view ' || string_agg(oid::regclass::text, ', '), 'select')
           from pg_class where relnamespace = to_regnamespace('flowc') and relkind = 'v');
end if;
"""

# What the version before had and this one has not: a call might find it in place of the new one by its arguments. Those
# that were not said just now; before the grants, which touch them all.
_DROP_STALE = """\
if current_setting('flowc.functions') = 'apply' then
  execute (select coalesce('drop function ' || string_agg(oid::regprocedure::text, ', '), 'select')
           from pg_proc where pronamespace = to_regnamespace('flowc') and xmin <> pg_current_xact_id()::xid);
end if;
"""

# The number of buckets is part of what a run's key means, so it stands once there are runs.
_BUCKETS = """\
if {buckets} not between 1 and {most} then
  raise exception '{buckets} buckets are out of range' using errcode = 'FC006', hint = '1 to {most}';
elsif (select count(*) from flowc._buckets) <> {buckets} then
  if exists (select from flowc._runs) then
    raise exception 'this database has % buckets, and runs in them', (select count(*) from flowc._buckets)
      using errcode = 'FC005', hint = 'the number of buckets is chosen before the first run';
  end if;
  delete from flowc._buckets where bucket >= {buckets};
  insert into flowc._buckets (bucket) select generate_series(0, {buckets} - 1) on conflict do nothing;
end if;
"""

_RECORD = """\
insert into flowc.installation as installed
  (schema_version, flowc_version, functions_digest, functions_found, views_digest, views_found)
select {schema}, '{version}', '{functions}', {functions_found}, '{views}', {views_found}
on conflict (only_row) do update set
  (schema_version, flowc_version, functions_digest, functions_found, views_digest, views_found, installed_at) = row
  (excluded.schema_version, excluded.flowc_version, excluded.functions_digest, excluded.functions_found,
   excluded.views_digest, excluded.views_found, clock_timestamp())
where (installed.schema_version, installed.flowc_version, installed.functions_digest, installed.functions_found,
       installed.views_digest, installed.views_found)
  <> (excluded.schema_version, excluded.flowc_version, excluded.functions_digest, excluded.functions_found,
      excluded.views_digest, excluded.views_found);
"""


class SqlFile(NamedTuple):
    """One file of sql/: its name without suffix, its text."""

    name: str
    text: str

    @property
    def digest(self) -> str:
        """The SHA-256 of its text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def number(self) -> int:
        """The number that a migration's name begins with."""
        return int(self.name.split("_")[0])


def script(buckets: int | None = None) -> str:
    """The whole install script for psql: ASCII, one transaction, to be run again at will, `commit` last."""
    return f"{_FIRST_LINES}{_body(buckets)}{_LAST_LINE}"


def install(conn: Connection, buckets: int | None = None) -> None:
    """Install flowc's schema, or bring it up to date; changes nothing where it is up to date.

    Args:
        conn: to the database, as the owner of the schema.
        buckets: over how many runs are spread, from 1 to 1,000; None leaves it as it is, which is 1 at first.

    Raises:
        DatabaseError: the database holds a newer schema, or refuses.
        UsageError: it has runs in another number of buckets.
    """
    try:
        with read_committed(conn):
            conn.execute(_body(buckets).encode())
    except psycopg.Error as error:
        trouble = as_flowc_error(error)
        file = re.match(r"-- (sql/\S+)\n", error.diag.internal_query or "")
        raise (DatabaseError(f"{trouble.message} ({file[1]})", help=trouble.help) if file else trouble) from error


def is_current(conn: Connection) -> bool:
    """Whether the database holds just what this flowc would install, as far as its record says: one cheap query.

    Raises:
        DatabaseError: the database refuses to tell.
    """
    found = _installation(conn)
    return found is not None and found == (
        schema_version(),
        __version__,
        _digest_of(shipped("functions")),
        _digest_of([*shipped("views"), *shipped("roles")]),
    )


def require_schema(conn: Connection) -> None:
    """Make sure that this flowc can work with the database.

    Raises:
        DatabaseError: flowc is not installed there, or an older or newer one is.
    """
    found = _installation(conn)
    if found is None:
        raise DatabaseError("flowc is not installed in this database", help="run `flowc install`")
    schema, version, *_ = found
    if schema > schema_version():
        raise DatabaseError(
            f"the database holds schema {schema} of flowc {version}, newer than this flowc {__version__}"
            f" (schema {schema_version()})",
            help="upgrade flowc",
        )
    if schema < schema_version() or _numbers(version) < _numbers(__version__):
        raise DatabaseError(
            f"the database holds schema {schema} of flowc {version}, older than this flowc {__version__}"
            f" (schema {schema_version()})",
            help="run `flowc install`",
        )


def schema_version() -> int:
    """The number of the last migration that this flowc knows; 0 where there is none."""
    return max((file.number for file in shipped("migrations")), default=0)


def _installation(conn: Connection) -> tuple[int, str, str, str] | None:
    try:
        query = "select schema_version, flowc_version, functions_digest, views_digest from flowc.installation"
        return conn.execute(query).fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return None
    except psycopg.Error as error:
        raise as_flowc_error(error) from error


def _body(buckets: int | None) -> str:
    """The statements of an install, between `begin` and `commit`."""
    spread = "" if buckets is None else _block(_BUCKETS.format(buckets=int(buckets), most=MOST_BUCKETS))
    return f"-- flowc {__version__}, schema {schema_version()}\n{_SETTINGS}{''.join(_blocks())}{spread}"


def _blocks() -> Iterator[str]:
    functions, views, roles = shipped("functions"), shipped("views"), shipped("roles")
    facts = {"lock": LOCK, "differs": SCHEMA_DIFFERS, "schema": schema_version(), "version": __version__}
    yield _block(_PREPARE.format(**facts))
    for file in shipped("migrations"):
        text = _quoted(f"-- sql/migrations/{file.name}.sql\n{file.text}")
        yield _block(
            _MIGRATION.format(number=file.number, name=file.name, digest=file.digest, text=text, differs=SCHEMA_DIFFERS)
        )
    yield _block(_DECIDE.format(kind="functions", digest=_digest_of(functions), found=_FUNCTIONS_FOUND, also=""))
    yield _block(
        _DECIDE.format(kind="views", digest=_digest_of([*views, *roles]), found=_VIEWS_FOUND, also=_FUNCTIONS_KEPT)
    )
    yield from _applied("functions", functions)
    yield _block(_DROP_VIEWS)
    yield _block(_DROP_STALE)
    yield from _applied("views", views)
    yield from _applied("roles", roles, when="views")
    record = {"functions": _digest_of(functions), "views": _digest_of([*views, *roles])}
    yield _RECORD.format(**facts, **record, functions_found=_FUNCTIONS_FOUND, views_found=_VIEWS_FOUND)


def _applied(folder: str, files: Iterable[SqlFile], when: str | None = None) -> Iterator[str]:
    for file in files:
        text = _quoted(f"-- sql/{folder}/{file.name}.sql\n{file.text}")
        yield _block(_APPLY.format(kind=when or folder, text=text))


def _block(statements: str) -> str:
    return f"do {_quoted(f'begin{chr(10)}{statements}end')};\n"


def _quoted(text: str) -> str:
    """``text`` between dollar quotes whose tag does not occur in it."""
    tag, number = "$flowc$", 0
    while tag in text:
        number += 1
        tag = f"$flowc_{number}$"
    return f"{tag}{text}{tag}"


def shipped(folder: str) -> list[SqlFile]:
    """The files of a folder of sql/, in the order of their names."""
    return [SqlFile(path.stem, path.read_text(encoding="ascii")) for path in assets.sql_files(folder)]


def _digest_of(files: Iterable[SqlFile]) -> str:
    joined = "".join(f"{file.name}\n{file.digest}\n" for file in files)
    return hashlib.sha256(joined.encode()).hexdigest()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version.split("+", maxsplit=1)[0])[:3])
