"""What one run takes on an idle system, and what a start costs."""

from __future__ import annotations

import statistics
import time

import psycopg

from tests.bench.cpu import ServerCpu
from tests.bench.crew import at_work
from tests.bench.works import row, start


def alone(conn: psycopg.Connection, url: str, runs: int = 100) -> dict[str, float]:
    """Milliseconds from start to finished of single runs of chain3, and of a bare commit on this machine's disk.

    A run of three steps waits for five commits, one after the other: its start, the lease, and each step.
    """
    times, commits = [], []
    conn.execute("create table if not exists public.bare (at timestamptz)")
    with at_work(url, 1):
        time.sleep(3.0)
        for _ in range(runs):
            time.sleep(0.05)
            began = time.perf_counter()
            conn.execute("insert into public.bare values (now())")
            between = time.perf_counter()
            [run_id] = row(conn, "select flowc.start_flow('chain3')")
            while row(conn, "select status from flowc._runs where bucket = 0 and run_id = %s", run_id) == (1,):
                time.sleep(0.0005)
            commits.append((between - began) * 1000)
            times.append((time.perf_counter() - between) * 1000)
    return {
        "p50_ms": statistics.median(times),
        "p95_ms": statistics.quantiles(times, n=20)[-1],
        "commit_p50_ms": statistics.median(commits),
    }


def starts(conn: psycopg.Connection, url: str, single: int = 2000, batches: int = 50) -> dict[str, float]:
    """Server CPU milliseconds of a start, alone and in a batch of 100, on a connection as applications have them."""
    server = ServerCpu(conn)
    with psycopg.connect(url, autocommit=True) as application:
        before = server.seconds()
        for _ in range(single):
            application.execute("select flowc.start_flow('chain3')")
        between = server.seconds()
        start(application, "chain3", batches * 100)
        after = server.seconds()
    return {"single_ms": (between - before) / single * 1000, "batch_ms": (after - between) / (batches * 100) * 1000}
