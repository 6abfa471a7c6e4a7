"""Workers on other machines, as far as one machine can show it: network namespaces that reach the server over TCP."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db import queries
from flowc.db.connect import connect
from flowc.db.deploy import deploy
from flowc.db.embedded import Embedded
from flowc.db.install import install

HOSTS = 3
STEPS = {"where": {"kind": "map", "map": "$input.numbers", "with": {"n": "$item"}}}
# Nobody goes on before somebody on each host has a task: otherwise the first worker may do them all.
HANDLERS = """
import os
import time
from pathlib import Path

from flowc import Handlers

handlers = Handlers()


@handlers.register
def where(n: int) -> str:
    Path("at-work", os.environ["HOST"]).touch()
    while len(list(Path("at-work").iterdir())) < int(os.environ["HOSTS"]):
        time.sleep(0.01)
    return os.environ["HOST"]
"""


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, stdin=subprocess.DEVNULL)


def allowed() -> bool:
    """Whether this process may make network namespaces."""
    if shutil.which("ip") is None or os.geteuid() != 0:
        return False
    name = f"flowc-try-{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode != 0:
        return False
    ip("netns", "del", name)
    return True


@pytest.fixture
def hosts() -> Iterator[list[str]]:
    """Namespaces, each with a wire to this one, where 10.77.N.1 is."""
    if not allowed():
        pytest.skip("network namespaces need root and `ip`")
    names = [f"flowc{n}-{os.getpid()}" for n in range(HOSTS)]
    try:
        for n, name in enumerate(names):
            ip("netns", "add", name)
            ip("link", "add", f"fc{n}a{os.getpid()}", "type", "veth", "peer", "name", "wire", "netns", name)
            ip("addr", "add", f"10.77.{n}.1/30", "dev", f"fc{n}a{os.getpid()}")
            ip("link", "set", f"fc{n}a{os.getpid()}", "up")
            ip("-n", name, "addr", "add", f"10.77.{n}.2/30", "dev", "wire")
            ip("-n", name, "link", "set", "wire", "up")
        yield names
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def test_workers_in_several_network_namespaces_share_the_runs_of_one_server(hosts: list[str], tmp_path: Path) -> None:
    (tmp_path / "there.py").write_text(HANDLERS)
    (tmp_path / "at-work").mkdir()
    with tempfile.TemporaryDirectory(prefix="flowc-net-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        port = free_port()
        settings = {"listen_addresses": "*", "port": str(port)}
        with Embedded(Path(folder), settings=settings) as server, connect(server.url) as conn:
            admit(conn)
            install(conn)
            deploy(conn, emit([define({"flow": "spread", "steps": STEPS})], plain=True))
            queries.start_flows(conn, "spread", ['{"numbers": [1, 2, 3, 4, 5, 6, 7, 8, 9]}'] * 30)
            workers = [work(host, f"10.77.{n}.1:{port}", tmp_path) for n, host in enumerate(hosts)]
            for worker in workers:
                _, told = worker.communicate(timeout=120)
                assert worker.returncode == 0, told
            assert conn.execute("select distinct status from flowc.runs").fetchall() == [("completed",)]
            query = "select distinct output #>> '{}' from flowc.step_tasks order by 1"
            assert [host for (host,) in conn.execute(query)] == sorted(hosts)
            assert queries.invariants(conn) == []


def admit(conn: psycopg.Connection) -> None:
    """Let the namespaces in without a password."""
    lines = "values ('local all all trust'), ('host all all 10.77.0.0/16 trust')"
    conn.execute(f"copy ({lines}) to program 'cat > pg_hba.conf'".encode())
    conn.execute("select pg_reload_conf()")


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as tried:
        tried.bind(("", 0))
        return int(tried.getsockname()[1])


def work(host: str, place: str, folder: Path) -> subprocess.Popen[str]:
    """A worker on one of the hosts, at most four tasks at a time, so that the others get theirs."""
    url = f"postgresql://postgres@{place}/postgres"
    # fmt: off
    command = [
        "ip", "netns", "exec", host, sys.executable, "-m", "flowc", "worker", "--handlers", "there:handlers",
        "--db", url, "--drain", "--batch", "4", "--concurrency", "2",
    ]
    # fmt: on
    return subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "HOST": host, "HOSTS": str(HOSTS)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
