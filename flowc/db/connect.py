"""Connecting: what goes wrong is said in the operator's words, and never with the password."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import LiteralString
from urllib.parse import quote

import psycopg
from psycopg import Connection, conninfo, pq

from flowc.errors import DatabaseError

_OLDEST = 150000
_SCHEMES = ("postgresql://", "postgres://")
# Keys of a connection's description that say where it leads; all others may hold secrets.
_SHOWN = ("host", "hostaddr", "port", "user", "dbname")
# An option of the session and not SET, which a pooler would carry over to others.
_READ_COMMITTED = "-c default_transaction_isolation=read\\ committed"
_EXAMPLE = "e.g. postgresql://user:password@host:5432/database"

# PostgreSQL gives no SQLSTATE to a client that failed to connect, so its words must do; others are shown as they are.
_TROUBLES: tuple[tuple[LiteralString, LiteralString, LiteralString], ...] = (
    (r"password authentication failed|no password supplied|auth\w* failed", "refuses the user or the password", ""),
    (r"no pg_hba.conf entry", "does not let this user in from here (pg_hba.conf)", "ask its administrator"),
    (r'role "[^"]*" does not exist', "knows no such user", "correct the user in the URL"),
    (
        r'database "[^"]*" does not exist',
        "is not there: its server has no database of that name",
        "create it, e.g. with createdb, or correct the URL",
    ),
    (
        r"could not translate host name|failed to resolve host|Name or service not known",
        "is on a host that no name server knows",
        "",
    ),
    (r"Connection refused", "is not there: nothing listens at that address", "start PostgreSQL, or correct the URL"),
    (r"No such file or directory", "is not there: no such socket", "start PostgreSQL, or correct the URL"),
    (r"timeout expired|Connection timed out", "does not answer in time", "check host, port and firewall"),
    (r"No route to host|Network is unreachable|Host is down", "cannot be reached", "check host and network"),
    (r"too many clients|remaining connection slots", "has no connection left", "close some, or raise max_connections"),
    (r"starting up|shutting down|recovery mode", "is starting or stopping", "try again in a moment"),
    (
        r"invalid response|unexpected message|expected authentication|closed the connection unexpectedly|lost synchron",
        "does not speak PostgreSQL: another service listens on that port",
        "correct the port in the URL",
    ),
)


def connect(url: str, *, autocommit: bool = True, application_name: str = "flowc", seconds: int = 10) -> Connection:
    """A connection to the database at ``url`` (postgresql:// or postgres://, or ``key=value`` pairs).

    Nothing is prepared on the server, so that a pooler may stand between. The name and the patience of ``seconds``
    give way to what the URL says. Its transactions are READ COMMITTED, whatever the default of role or database is.

    Raises:
        DatabaseError: the URL is malformed, or no usable database answers there.
    """
    given = _parsed(url)
    given.setdefault("connect_timeout", seconds)
    given.setdefault("application_name", application_name)
    given["client_encoding"] = "UTF8"
    conn = _opened(given, url, autocommit=autocommit)
    if _is_strict(conn, url):
        conn.close()
        conn = _mild(given, url, autocommit=autocommit)
    if conn.info.server_version < _OLDEST:
        version = conn.info.server_version // 10000
        conn.close()
        raise DatabaseError(f"the database {describe(url)} is PostgreSQL {version}", help="flowc needs 15 or later")
    return conn


def _opened(given: Mapping[str, str | int | None], url: str, *, autocommit: bool) -> Connection:
    try:
        return psycopg.connect(conninfo.make_conninfo("", **given), autocommit=autocommit, prepare_threshold=None)
    except psycopg.Error as error:
        raise _explained(str(error), url) from None


def _mild(given: dict[str, str | int | None], url: str, *, autocommit: bool) -> Connection:
    """A connection that asks for READ COMMITTED, which poolers do not pass on."""
    given["options"] = f"{given.get('options') or ''} {_READ_COMMITTED}".strip()
    with suppress(DatabaseError):
        conn = _opened(given, url, autocommit=autocommit)
        if not _is_strict(conn, url):
            return conn
        conn.close()
    raise DatabaseError(
        f"the database {describe(url)} begins transactions stricter than read committed, and a pooler keeps it so",
        help="alter role … set default_transaction_isolation = 'read committed', and let the pooler reconnect",
    )


def _is_strict(conn: Connection, url: str) -> bool:
    """Whether transactions begin stricter than READ COMMITTED, in which the engine refuses to work."""
    try:
        row = conn.execute("select current_setting('default_transaction_isolation') like 'read %'").fetchone()
        if not conn.autocommit:
            conn.rollback()
    except psycopg.Error as error:
        conn.close()
        raise _explained(str(error), url) from None
    return row != (True,)


def describe(url: str) -> str:
    """``url`` without its password and all else that could be secret, for people; never raises."""
    try:
        given = _parsed(url)
    except DatabaseError:
        return "(a malformed URL)"
    shown = {key: str(given[key]) for key in _SHOWN if given.get(key)}
    user = f"{quote(shown['user'])}@" if "user" in shown else ""
    host = shown.get("host") or shown.get("hostaddr") or os.environ.get("PGHOST", "")
    host = f"[{host}]" if ":" in host else host
    port = f":{shown['port']}" if "port" in shown and not host.startswith("/") else ""
    database = f"/{quote(shown['dbname'])}" if "dbname" in shown else ""
    if host.startswith("/"):
        return f"postgresql://{user}{database or '/'}?host={quote(host)}"
    return f"postgresql://{user}{host}{port}{database}"


def _parsed(url: str) -> dict[str, str | int | None]:
    """The parts of ``url``.

    libpq's own words are not passed on: they quote the text, and the password may be in it.
    """
    if url.startswith(_SCHEMES):
        rest = url.partition("://")[2]
        if "@" in rest.partition("/")[0]:
            rest = rest.partition("@")[2]
        if "@" in rest.partition("?")[0]:
            raise _malformed("its user or password has an `@` or a `/`", "write them as %40 and %2F")
    elif "=" not in url:
        raise _malformed("it neither begins with postgresql:// nor consists of key=value pairs", _EXAMPLE)
    try:
        parts = dict(conninfo.conninfo_to_dict(url))
    except psycopg.Error:
        raise _malformed(_guess(url), _EXAMPLE) from None
    if not re.fullmatch(r"[0-9,]*", str(parts.get("port") or "")):
        raise _malformed("its port is no number", _EXAMPLE)
    return parts


def _guess(url: str) -> str:
    """What is wrong with a URL that libpq refuses, without a word of what may be its password."""
    query = url.partition("?")[2] if url.startswith(_SCHEMES) else ""
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    keys = [] if "@" in query else re.findall(r"(?:^|&)([A-Za-z_]+)=", query)
    unknown = [key for key in keys if key not in known]
    return f"PostgreSQL knows no parameter `{unknown[0]}`" if unknown else "PostgreSQL's client cannot read it"


def _malformed(why: str, what_to_do: str) -> DatabaseError:
    return DatabaseError(f"the database's URL is malformed: {why}", help=what_to_do)


def _explained(said: str, url: str) -> DatabaseError:
    where = f"the database {describe(url)}"
    for pattern, trouble, what_to_do in _TROUBLES:
        if re.search(pattern, said):
            return DatabaseError(f"{where} {trouble}", help=what_to_do or "correct the URL")
    first = said.strip().split("\n")[0]
    return DatabaseError(f"{where} cannot be connected to: {_without_secrets(first, url)}", help="correct the URL")


def _without_secrets(text: str, url: str) -> str:
    for key, value in _parsed(url).items():
        if key not in _SHOWN and value and len(str(value)) > 2:
            text = text.replace(str(value), "...")
    return text
