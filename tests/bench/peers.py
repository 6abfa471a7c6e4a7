"""Other engines on the same work and the same server, by drivers that are handed in: those whose packages are here."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

_PACKAGES = {"absurd": "absurd_sdk", "dbos": "dbos", "pgqueuer": "pgqueuer", "procrastinate": "procrastinate"}
_BACKLOG_A_SECOND = 400  # runs; a backlog that runs dry spoils the figure


def installed(folder: Path) -> Iterator[tuple[str, Path]]:
    """The drivers ``peer_NAME.py`` of a folder whose engines can be imported."""
    for name, package in _PACKAGES.items():
        driver = folder / f"peer_{name}.py"
        if driver.exists() and find_spec(package) is not None:
            yield name, driver


def peer_load(driver: Path, url: str, flow: str, seconds: float, workers: int) -> dict[str, float] | None:
    """What ``full_load`` tells, of a peer, whose driver fills the backlog beforehand; None where it cannot do that."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder, "figures")
        # fmt: off
        command = [
            sys.executable, str(driver), "--dsn", url, "--mode", "throughput", "--workload", flow, "--runs", "1",
            "--seconds", str(seconds), "--warmup", "3", "--procs", str(workers),
            "--backlog", str(int(_BACKLOG_A_SECOND * (seconds + 3) * workers)), "--json", str(told),
        ]
        # fmt: on
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60 + 20 * seconds)
        if not told.exists():
            print(f"{driver.name} {flow}: {done.stderr.strip()[-300:]}", file=sys.stderr)
            return None
        figures = json.loads(told.read_text().splitlines()[-1])
    rate = figures["steps_per_s"]
    return {
        "server_ms": figures["postgres_cores"] / rate * 1000,
        "worker_ms": figures["python_cores"] / rate * 1000,
        "steps_s": rate,
        "wal_bytes": figures["wal_bytes_per_step"],
    }
