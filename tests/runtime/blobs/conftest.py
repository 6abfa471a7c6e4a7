"""What the tests of blobs share: the stores to try them on, each a real one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from flowc.runtime.blobs.warehouse import Warehouse

STORES = ("table", "folder", "s3")
_KEYS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "us-east-1",
    "AWS_ALLOW_HTTP": "true",
}


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The URL of a server that speaks S3, a process of its own, with the bucket `flowc` in it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while True:
            try:
                urlopen(Request(f"{url}/flowc", method="PUT"), timeout=10).close()
                break
            except URLError:
                assert server.poll() is None
                assert time.monotonic() < until
                time.sleep(0.05)
        yield url
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def store_named(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], str]:
    """``store_named("folder")``: how a worker is told of a fresh store of that kind."""

    def named(kind: str) -> str:
        if kind == "folder":
            return f"folder:{tmp_path / 'blobs'}"
        if kind == "s3":
            for name, value in {**_KEYS, "AWS_ENDPOINT_URL": request.getfixturevalue("s3")}.items():
                monkeypatch.setenv(name, value)
            return f"s3://flowc/{os.getpid()}/{tmp_path.name}"
        return kind

    return named


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, store_named: Callable[[str], str]) -> str:
    """Each kind of store."""
    return store_named(request.param)


@pytest.fixture
def warehouse(dsn: str, store: str) -> Iterator[Warehouse]:
    """The depot of a fresh database, on each kind of store."""
    depot = Warehouse(dsn, store)
    yield depot
    depot.close()
