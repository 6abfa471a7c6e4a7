"""Whatever transactions are by default in a database, flowc's own are READ COMMITTED, also behind PgBouncer."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg import conninfo

from flowc import Handlers, Worker
from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db import queries
from flowc.db.connect import connect
from flowc.db.deploy import deploy
from flowc.errors import DatabaseError
from flowc.runtime.listening import Ear
from tests.conftest import Psql

PGBOUNCER = Path("/usr/sbin/pgbouncer")
PATIENCE = 30.0
STRICT = ("repeatable read", "serializable")
DEFINITION = define(
    {
        "flow": "join",
        "steps": {"a": {"kind": "task"}, "b": {"kind": "task"}, "c": {"kind": "task", "depends_on": ["a", "b"]}},
    }
)

Bouncer = Callable[..., str]

handlers = Handlers()
handlers.register(lambda: 1, name="a")
handlers.register(lambda: 2, name="b")
handlers.register(lambda a, b: a + b, name="c")


def set_default(db: psycopg.Connection, isolation: str) -> None:
    """Make another isolation the default of the database."""
    db.execute(f"alter database {db.info.dbname} set default_transaction_isolation = '{isolation}'")  # type: ignore[arg-type]


def work_through(url: str) -> None:
    """Deploy a flow, start runs and work them off, two workers at once, over connections to ``url``."""
    with connect(url) as conn:
        deploy(conn, emit([DEFINITION], plain=True))
        run_ids = queries.start_flows(conn, "join", ["{}"] * 50)
        cancelled = queries.start_flow(conn, "join")
        assert queries.cancel_run(conn, cancelled) == "cancelled"
        with ThreadPoolExecutor(2) as threads:
            workers = [Worker(url, handlers, drain=True, batch=7) for _ in range(2)]
            assert list(threads.map(Worker.run, workers)) == [0, 0]
        for run_id in run_ids:
            run = queries.run(conn, run_id)
            assert run is not None
            assert (run.status, json.loads(run.output or "")) == ("completed", {"c": 3})
        assert queries.invariants(conn) == []


@pytest.mark.parametrize("isolation", STRICT)
def test_flows_run_where_transactions_are_stricter_by_default(
    db: psycopg.Connection, dsn: str, isolation: str, psql: Psql
) -> None:
    set_default(db, isolation)
    assert psql(emit([DEFINITION]), dsn).returncode == 0
    work_through(dsn)


@pytest.mark.parametrize("isolation", STRICT)
def test_options_in_the_url_are_kept(db: psycopg.Connection, dsn: str, isolation: str) -> None:
    set_default(db, isolation)
    with connect(conninfo.make_conninfo(dsn, options="-c work_mem=7MB")) as conn:
        settings = conn.execute(
            "select current_setting('work_mem'), current_setting('transaction_isolation')"
        ).fetchone()
    assert settings == ("7MB", "read committed")


@pytest.fixture
def bouncer(dsn: str) -> Iterator[Bouncer]:
    """``bouncer(*settings)``: the URL of the fresh database through PgBouncer in transaction mode, few sessions."""
    if not PGBOUNCER.exists():
        pytest.skip(f"PgBouncer is not installed in {PGBOUNCER}")
    with tempfile.TemporaryDirectory(prefix="flowc-", dir="/tmp") as folder:
        started: list[subprocess.Popen[bytes]] = []

        def start(*settings: str) -> str:
            url, process = run_bouncer(Path(folder), dsn, settings)
            started.append(process)
            return url

        yield start
        for process in started:
            process.kill()
            process.wait()


def run_bouncer(folder: Path, dsn: str, settings: tuple[str, ...]) -> tuple[str, subprocess.Popen[bytes]]:
    """Start PgBouncer before the server of ``dsn``, as the account that the server runs as."""
    given = conninfo.conninfo_to_dict(dsn)
    owner = Path(str(given["host"])).stat()
    os.chown(folder, owner.st_uid, owner.st_gid)
    lines = [
        "[databases]",
        f"* = host={given['host']} port={given['port']} user=postgres",
        "[pgbouncer]",
        "listen_addr =",
        "listen_port = 6432",
        f"unix_socket_dir = {folder}",
        f"pidfile = {folder}/pid",
        "auth_type = any",
        "pool_mode = transaction",
        "default_pool_size = 3",
        *settings,
    ]
    (folder / "ini").write_text("\n".join(lines) + "\n")
    (folder / "ini").chmod(0o644)
    account = {} if owner.st_uid == os.geteuid() else {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
    process = subprocess.Popen(
        [PGBOUNCER, "-q", folder / "ini"],
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **account,  # type: ignore[call-overload]
    )
    until = time.monotonic() + PATIENCE
    while not (folder / ".s.PGSQL.6432").exists():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.01)
    return f"postgresql://postgres@/{given['dbname']}?host={folder}&port=6432", process


def test_flows_run_behind_a_pooler(bouncer: Bouncer) -> None:
    work_through(bouncer())


def test_behind_a_pooler_nobody_listens_in_vain(bouncer: Bouncer, dsn: str) -> None:
    for url, hears in ((bouncer(), False), (dsn, True)):
        ear = Ear(url, "worker")
        assert ear.open() == hears
        ear.close()


@pytest.mark.parametrize("settings", [(), ("ignore_startup_parameters = options",)], ids=["refused", "ignored"])
def test_a_stricter_default_behind_a_pooler_is_told_with_what_to_do(
    db: psycopg.Connection, bouncer: Bouncer, settings: tuple[str, ...]
) -> None:
    set_default(db, "serializable")
    with pytest.raises(DatabaseError, match="stricter than read committed") as caught:
        connect(bouncer(*settings))
    assert "alter role" in (caught.value.help or "")
