"""The engine at full load, alone, and starting: with real workers as processes, on a server with fsync on."""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import psycopg

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db.connect import connect
from flowc.db.embedded import Embedded
from flowc.db.install import install
from flowc.runtime.handlers import Handlers
from flowc.runtime.worker import Worker
from tests.bench.cpu import ServerCpu

_OUTPUT = {"step": "s", "ok": True, "n": 12345, "pad": "x" * 150}  # about 200 bytes of JSON
_BACKLOG = 3000  # runs that are started ahead of the workers
_SETTLE_SECONDS = 1.0


def _task(**keys: Any) -> dict[str, Any]:
    return {"kind": "task", **keys}


WORKS: dict[str, dict[str, Any]] = {
    "chain3": {
        "first": _task(),
        "second": _task(depends_on=["first"]),
        "third": _task(depends_on=["second"]),
    },
    "diamond": {
        "website": _task(),
        **{name: _task(depends_on=["website"]) for name in ("sentiment", "summary", "tags")},
        "save": _task(depends_on=["sentiment", "summary", "tags"]),
    },
    "map100": {
        "list": _task(),
        "each": {"kind": "map", "map": "$list", "depends_on": ["list"], "with": {"item": "$item"}},
        "collect": _task(depends_on=["each"], **{"with": {}}),
    },
}


def registry() -> Handlers:
    """Handlers of all the works: they do nothing, and return 200 bytes."""
    handlers = Handlers()
    for steps in WORKS.values():
        for slug in steps:
            handlers.register(slug)(_listing if slug == "list" else _element if slug == "each" else _working(slug))
    return handlers


def _listing() -> list[int]:
    return list(range(100))


def _element(item: int) -> dict[str, Any]:
    return _OUTPUT


def _working(slug: str) -> Any:
    def work() -> dict[str, Any]:
        return _OUTPUT

    work.__name__ = slug
    return work


def measure(works: Sequence[str], seconds: float, workers: int, repeat: int) -> dict[str, Any]:
    """Figures of each work at full load (medians over rounds), of one run alone, and of starts."""
    with tempfile.TemporaryDirectory(prefix="flowc-bench-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        with Embedded(Path(folder)) as server, connect(server.url) as conn:
            install(conn)
            for name, steps in WORKS.items():
                conn.execute(emit([define({"flow": name, "steps": steps})], plain=True).encode())
            rounds = [
                {name: _full_load(conn, server.url, name, seconds, workers) for name in works} for _ in range(repeat)
            ]
            full_load = {
                name: {key: statistics.median(r[name][key] for r in rounds) for key in rounds[0][name]}
                for name in works
            }
            return {"full_load": full_load, "alone": _alone(conn, server.url), "start": _starts(conn)}


def _full_load(conn: psycopg.Connection, url: str, flow: str, seconds: float, workers: int) -> dict[str, float]:
    """Workers drain a backlog that is kept filled; what they finish within the window is counted."""
    context = multiprocessing.get_context("spawn")
    stop, cpu = context.Event(), context.Queue()
    processes = [context.Process(target=_work, args=(url, stop, cpu)) for _ in range(workers)]
    _start(conn, flow, _BACKLOG)
    for process in processes:
        process.start()
    time.sleep(_SETTLE_SECONDS)
    server = ServerCpu(conn)
    before, finished, wal, began = server.seconds(), _finished(conn), _wal(conn), time.monotonic()
    while time.monotonic() - began < seconds:
        missing = _BACKLOG - _live_tasks(conn)
        if missing > 0:
            _start(conn, flow, missing)
        time.sleep(0.1)
    took, used, steps, logged = (
        time.monotonic() - began, server.seconds() - before, _finished(conn) - finished, _wal(conn) - wal,
    )  # fmt: skip
    stop.set()
    spent, done = (sum(column) for column in zip(*(cpu.get(timeout=60) for _ in processes), strict=True))
    for process in processes:
        process.join()
    conn.execute("truncate flowc._live, flowc._runs, flowc._done, flowc._waits, flowc._maps")
    return {
        "server_ms": used / steps * 1000,
        "worker_ms": spent / done * 1000,
        "steps_s": steps / took,
        "wal_bytes": logged / steps,
    }


def _work(url: str, stop: Event, cpu: Any) -> None:
    """A worker process; reports its CPU seconds since its first task, and how many it did."""
    begun: list[float] = []
    count = [0]

    def told(event: Any) -> None:
        if not begun:
            begun.append(_cpu_seconds())
        count[0] += event.kind == "completed"

    worker = Worker(url, registry(), batch=500, on_event=told)

    def stop_when_told() -> None:
        stop.wait()
        worker.stop()

    threading.Thread(target=stop_when_told, daemon=True).start()
    worker.run()
    cpu.put((_cpu_seconds() - begun[0] if begun else 0.0, max(count[0], 1)))


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _alone(conn: psycopg.Connection, url: str, runs: int = 60) -> dict[str, float]:
    """Milliseconds from start to finished of single runs on an idle system."""
    context = multiprocessing.get_context("spawn")
    stop, cpu = context.Event(), context.Queue()
    process = context.Process(target=_work, args=(url, stop, cpu))
    process.start()
    time.sleep(3 * _SETTLE_SECONDS)
    times = []
    for _ in range(runs):
        time.sleep(0.05)
        began = time.perf_counter()
        [run_id] = _row(conn, "select flowc.start_flow('chain3')")
        while _row(conn, "select status from flowc._runs where bucket = 0 and run_id = %s", run_id) == (1,):
            time.sleep(0.0005)
        times.append((time.perf_counter() - began) * 1000)
    stop.set()
    process.join()
    return {"p50_ms": statistics.median(times), "p95_ms": statistics.quantiles(times, n=20)[-1]}


def _starts(conn: psycopg.Connection, single: int = 500, batches: int = 50) -> dict[str, float]:
    """Server milliseconds of a start, alone and in a batch of 100."""
    server = ServerCpu(conn)
    before = server.seconds()
    for _ in range(single):
        conn.execute("select flowc.start_flow('chain3')")
    between = server.seconds()
    for _ in range(batches):
        _start(conn, "chain3", 100)
    after = server.seconds()
    return {"single_ms": (between - before) / single * 1000, "batch_ms": (after - between) / (batches * 100) * 1000}


def _start(conn: psycopg.Connection, flow: str, runs: int) -> None:
    for begin in range(0, runs, 100):
        n = min(100, runs - begin)
        conn.execute("select count(*) from flowc.start_flows(%s, array_fill('{}'::jsonb, array[%s]))", [flow, n])


def _finished(conn: psycopg.Connection) -> int:
    return int(_row(conn, "select count(*) from flowc._done where attempt > 0")[0])


def _live_tasks(conn: psycopg.Connection) -> int:
    return int(_row(conn, "select count(*) from flowc._live")[0])


def _wal(conn: psycopg.Connection) -> int:
    return int(_row(conn, "select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint")[0])


def _row(conn: psycopg.Connection, query: str, *values: Any) -> Any:
    row = conn.execute(query.encode(), values).fetchone()
    assert row is not None
    return row
