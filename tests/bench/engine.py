"""The engine's figures, part by part, with real workers as processes, on a server of its own with fsync on."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flowc.db.connect import connect
from flowc.db.embedded import Embedded
from flowc.db.install import install
from tests.bench.alone import alone, starts
from tests.bench.large import idle, queued, stored, wide_map
from tests.bench.load import forget, full_load
from tests.bench.peers import installed, peer_load
from tests.bench.works import deploy

PARTS = ("load", "alone", "starts", "idle", "map", "queued", "stored")


def measure(
    parts: Sequence[str], works: Sequence[str], *, seconds: float, workers: int, repeat: int, peers: Path | None = None
) -> dict[str, dict[str, Any]]:
    """Medians over ``repeat`` rounds of the parts that were asked for; a round runs them one after the other.

    ``peers`` is a folder of drivers of other engines: they get their turn in each round, on the same server.
    """
    with tempfile.TemporaryDirectory(prefix="flowc-bench-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        settings = {"log_min_duration_statement": "200"}
        with Embedded(Path(folder), settings=settings) as server, connect(server.url) as conn:
            install(conn)
            deploy(conn)
            log = Path(folder, ".flowc", "log")

            def one_round() -> dict[str, Any]:
                figures: dict[str, Any] = {}
                if "load" in parts:
                    figures["load"] = {}
                    for name in works:
                        figures["load"][name] = full_load(conn, server.url, name, seconds, workers)
                        forget(conn)
                    for peer, driver in installed(peers) if peers else ():
                        if found := peer_load(driver, server.url, "chain3", seconds, workers):
                            figures["load"][peer] = found | _ratio(found, figures["load"].get("chain3"))
                calls = {
                    "alone": lambda: alone(conn, server.url),
                    "starts": lambda: starts(conn, server.url),
                    "idle": lambda: idle(conn, server.url, log),
                    "map": lambda: wide_map(conn, server.url, log),
                    "queued": lambda: queued(conn),
                    "stored": lambda: stored(conn, server.url, seconds, workers),
                }
                for part, call in calls.items():
                    if part in parts:
                        figures[part] = call()
                        forget(conn)
                return figures

            return _medians([one_round() for _ in range(repeat)])


def _ratio(peer: Mapping[str, float], ours: Mapping[str, float] | None) -> dict[str, float]:
    """How many times our CPU a step costs a peer, server and workers together."""
    if ours is None:
        return {}
    return {"ratio": (peer["server_ms"] + peer["worker_ms"]) / (ours["server_ms"] + ours["worker_ms"])}


def _medians(rounds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    first = rounds[0]
    return {
        key: _medians([one[key] for one in rounds])
        if isinstance(value, Mapping)
        else statistics.median(one[key] for one in rounds)
        for key, value in first.items()
    }


def table(figures: Mapping[str, Any]) -> str:
    """The figures as text."""
    lines = []
    if "load" in figures:
        lines.append(
            f"{'work':<14}{'server ms/step':>15}{'worker ms/step':>15}{'steps/s':>10}{'WAL B/step':>12}{'of flowc':>10}"
        )
    for name, row in figures.get("load", {}).items():
        lines.append(
            f"{name:<14}{row['server_ms']:>15.4f}{row['worker_ms']:>15.4f}{row['steps_s']:>10.0f}"
            f"{row['wal_bytes']:>12.0f}" + (f"{row['ratio']:>9.1f}x" if "ratio" in row else "")
        )
        if "live_mb_at_most" in row:
            lines.append(
                f"{'':<14}live tables: {row['live_mb_at_a_third']:.1f} MB at a third of the time,"
                f" {row['live_mb_at_the_end']:.1f} at its end, {row['live_mb_at_most']:.1f} at most"
            )
    for part, row in figures.items():
        if part != "load":
            lines.append(f"{part}: " + ", ".join(f"{key} {value:.4g}" for key, value in row.items()))
    return "\n".join(lines)
