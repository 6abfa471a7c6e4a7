"""pytest fixtures for tests with a real PostgreSQL.

Put ``pytest_plugins = ["flowc.testing.fixtures"]`` into conftest.py. ``flowc_server`` is the URL of a server that the
whole session shares: the one that FLOWC_TEST_DATABASE_URL names, else an embedded one. ``flowc_database`` is a fresh
database on it for each test, with flowc installed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import conninfo, sql

from flowc.db.connect import connect
from flowc.db.embedded import Embedded
from flowc.db.install import install
from flowc.testing.database import Database

URL = "FLOWC_TEST_DATABASE_URL"
# A server for tests need not survive a power cut.
_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


@pytest.fixture(scope="session")
def flowc_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a database whose server can be given more of them."""
    given = os.environ.get(URL)
    if given:
        yield given
        return
    folder = tmp_path_factory.mktemp("flowc_server")
    with Embedded(folder, settings=_SETTINGS) as server:
        yield server.url
    # Where pytest's own folder is closed to the account that the server needs, its data are elsewhere.
    elsewhere = folder / ".flowc" / "where"
    if elsewhere.is_file():
        shutil.rmtree(elsewhere.read_text(encoding="utf-8").strip(), ignore_errors=True)


@pytest.fixture(scope="session")
def flowc_template(flowc_server: str) -> Iterator[str]:
    """The name of a database with flowc installed, of which the tests' databases are copies."""
    with connect(flowc_server) as admin:
        name = f"flowc_test_{uuid4().hex[:12]}"
        admin.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
        with connect(_url_of(flowc_server, name)) as conn:
            install(conn)
        yield name
        _drop(admin, name)


@pytest.fixture
def flowc_database(flowc_server: str, flowc_template: str) -> Iterator[Database]:
    """A fresh database with flowc installed."""
    name = f"{flowc_template}_{uuid4().hex[:12]}"
    with connect(flowc_server) as admin:
        admin.execute(
            sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(flowc_template))
        )
        url = _url_of(flowc_server, name)
        try:
            with connect(url) as conn:
                yield Database(url, conn)
        finally:
            _drop(admin, name)


def _drop(admin: psycopg.Connection, name: str) -> None:
    admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def _url_of(server: str, name: str) -> str:
    """How to connect to another database of a server."""
    if "://" not in server:
        return conninfo.make_conninfo(server, dbname=name)
    scheme, _, rest = server.partition("://")
    place, mark, query = rest.partition("?")
    host, _, _ = place.rpartition("/") if "/" in place else (place, "", "")
    return f"{scheme}://{host}/{name}{mark}{query}"
