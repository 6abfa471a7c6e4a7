"""Real PostgreSQL for every test: servers shared by the session's processes, a fresh database each, a clock to set.

Fixtures: ``postgres`` (a server, 18 unless the test bears ``@pytest.mark.each_postgres``: then 18 and 15),
``dsn`` (a fresh database with flowc installed and a settable clock), ``db`` (a connection to it), ``clock``, ``psql``,
``empty_dsn`` (a fresh database with nothing in it).
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from flowc.db.connect import connect
from flowc.db.embedded import Embedded
from flowc.db.embedded.locks import FileLock
from flowc.db.install import install
from flowc.errors import FlowcError

_SERVERS = "FLOWC_TEST_SERVERS"
_PREFIX = f"flowc-tests-{os.geteuid()}-"
_OTHERS = {15: Path("/usr/lib/postgresql/15/bin")}
TEMPLATE = "flowc_template"
# A test server need not survive a power cut.
_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "200"}
_numbers = itertools.count()
_session_lock: list[FileLock] = []

Psql = Callable[..., "subprocess.CompletedProcess[str]"]


@dataclass(frozen=True)
class Postgres:
    """A server of this test session: its major version, its URL, the folder of its programs, its log."""

    major: int
    url: str
    bin: Path
    log: Path
    admin: psycopg.Connection

    def url_of(self, database: str) -> str:
        """How to connect to one of its databases."""
        return self.url.replace("@/postgres?", f"@/{database}?")

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """The URL of a fresh database, which is dropped afterwards."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        self.admin.execute(f"create database {name} template {template}")  # type: ignore[arg-type]
        try:
            yield self.url_of(name)
        finally:
            self.admin.execute(f"drop database {name} with (force)")  # type: ignore[arg-type]


class Clock:
    """The clock of one database, for all its connections."""

    def __init__(self, conn: psycopg.Connection) -> None:
        self._conn = conn

    def set(self, at: str) -> None:
        """Stop the clock at a time, e.g. ``2030-01-01 00:00Z``."""
        self._conn.execute("update public.test_clock set at = %s", [at])

    def advance(self, by: str) -> None:
        """Move the stopped clock by an interval, e.g. ``2 minutes``."""
        self._conn.execute("update public.test_clock set at = flowc.now() + %s::interval", [by])

    def run(self) -> None:
        """Let the clock show the real time again."""
        self._conn.execute("update public.test_clock set at = null")

    def now(self) -> Any:
        """What the engine takes for now."""
        row = self._conn.execute("select flowc.now()").fetchone()
        assert row is not None
        return row[0]


def pytest_configure(config: pytest.Config) -> None:
    """Choose the folder of the session's servers, once: xdist's processes inherit it."""
    config.addinivalue_line("markers", "each_postgres: run the test on every PostgreSQL at hand, not only on 18")
    if hasattr(config, "workerinput"):
        return
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir="/tmp"))
    folder.chmod(0o755)  # as root, the servers run as another user
    lock = FileLock(folder / "session.lock")
    lock.try_exclusive()
    _session_lock.append(lock)
    os.environ[_SERVERS] = str(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the session's servers, which the last of its processes stopped."""
    if _session_lock:
        _session_lock.pop().close()
        shutil.rmtree(os.environ.pop(_SERVERS), ignore_errors=True)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Multiply the tests that run on each PostgreSQL."""
    if metafunc.definition.get_closest_marker("each_postgres"):
        metafunc.parametrize("postgres", [18, *_OTHERS], indirect=True, ids=lambda major: f"pg{major}")


@pytest.fixture(scope="session", autouse=True)
def _nothing_stays_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Remove the data that root's embedded servers had to keep outside of the tests' closed folders."""
    yield
    for pointer in tmp_path_factory.getbasetemp().rglob(".flowc/where"):
        shutil.rmtree(pointer.read_text().strip(), ignore_errors=True)


@pytest.fixture(scope="session")
def servers() -> Iterator[Callable[[int], Postgres]]:
    """The server of a major version, started when it is first asked for; its template database has flowc installed."""
    with ExitStack() as stack:
        started: dict[int, Postgres] = {}

        def server(major: int) -> Postgres:
            if major not in started:
                started[major] = stack.enter_context(_server(major))
            return started[major]

        yield server


@pytest.fixture
def postgres(request: pytest.FixtureRequest, servers: Callable[[int], Postgres]) -> Postgres:
    """A server that the session's tests share."""
    major = getattr(request, "param", 18)
    binaries = _OTHERS.get(major)
    if binaries is not None and not binaries.is_dir():
        pytest.skip(f"PostgreSQL {major} is not installed in {binaries}")
    return servers(major)


@pytest.fixture
def dsn(postgres: Postgres) -> Iterator[str]:
    """The URL of a fresh database with flowc installed."""
    with postgres.database(TEMPLATE) as url:
        yield url


@pytest.fixture
def empty_dsn(postgres: Postgres) -> Iterator[str]:
    """The URL of a fresh database with nothing in it."""
    with postgres.database() as url:
        yield url


@pytest.fixture
def db(dsn: str) -> Iterator[psycopg.Connection]:
    """A connection, in autocommit, to the fresh database."""
    with connect(dsn) as conn:
        yield conn


@pytest.fixture
def clock(db: psycopg.Connection) -> Clock:
    """The clock of the fresh database."""
    return Clock(db)


@pytest.fixture
def psql(postgres: Postgres) -> Psql:
    """``psql(sql, url, *options)``: feed text to the server's own psql as its standard input."""

    def run(sql: str, url: str, *options: str) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        command = [postgres.bin / "psql", "-X", *options, url]
        return subprocess.run(command, input=sql, text=True, capture_output=True, check=False, env=clean)

    return run


@contextmanager
def _server(major: int) -> Iterator[Postgres]:
    folder = Path(os.environ[_SERVERS], str(major))
    folder.mkdir(exist_ok=True)
    with (
        Embedded(folder, binaries=_OTHERS.get(major), settings=_SETTINGS) as server,
        connect(server.url) as admin,
    ):
        found = Postgres(major, server.url, server.bin, server.log, admin)
        _make_template(found, folder)
        yield found


def _make_template(server: Postgres, folder: Path) -> None:
    """Make the template database, once a server: the first process does, the others wait."""
    lock = FileLock(folder / "template.lock")
    try:
        assert lock.wait_exclusive(60)
        if server.admin.execute("select 1 from pg_database where datname = %s", [TEMPLATE]).fetchone():
            return
        server.admin.execute("drop database if exists flowc_unfinished")
        server.admin.execute("create database flowc_unfinished template template0")
        with connect(server.url_of("flowc_unfinished")) as conn:
            install(conn)
            conn.execute((Path(__file__).parent / "sql" / "settable_clock.sql").read_bytes())
        server.admin.execute(f"alter database flowc_unfinished rename to {TEMPLATE}")
    finally:
        lock.close()


def _sweep() -> None:
    """Remove what sessions left that were killed."""
    for folder in Path("/tmp").glob(f"{_PREFIX}*"):
        with suppress(OSError, FlowcError):
            lock = FileLock(folder / "session.lock")
            if lock.try_exclusive() and all(_stopped(server) for server in folder.glob("[0-9]*")):
                shutil.rmtree(folder, ignore_errors=True)
            lock.close()


def _stopped(server: Path) -> bool:
    left = Embedded(server, binaries=_OTHERS.get(int(server.name)), settings=_SETTINGS)
    left.start()
    return left.stop()
