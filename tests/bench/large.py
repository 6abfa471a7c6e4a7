"""The engine where there is much of something: history, ready tasks, elements of a map; and where there is nothing."""

from __future__ import annotations

import re
import statistics
import time
from datetime import timedelta
from pathlib import Path

import psycopg

from flowc.db.queries import poll_for_tasks, release_tasks
from tests.bench.crew import at_work
from tests.bench.load import forget, full_load
from tests.bench.works import OUTPUT, row, start

_STORED = 1_000_000
_WIDE = 100_000
_IDLE_SECONDS = 120.0
# A statement with parameters is logged thrice: as it is parsed, bound and executed.
_STATEMENT = re.compile(rb"duration: [\d.]+ ms  (?:execute|statement)")
_SLOW = re.compile(r"duration: ([\d.]+) ms")


def stored(conn: psycopg.Connection, url: str, seconds: float, workers: int) -> dict[str, float]:
    """Server CPU milliseconds of a step of chain3 without history, and behind a million finished steps."""
    empty = full_load(conn, url, "chain3", seconds, workers)["server_ms"]
    forget(conn)
    _fill(conn, _STORED // 3)
    full = full_load(conn, url, "chain3", seconds, workers)["server_ms"]
    forget(conn)
    return {"empty_ms": empty, "stored_ms": full, "growth": full / empty - 1}


def _fill(conn: psycopg.Connection, runs: int) -> None:
    """So many completed runs of chain3, as they would stand there."""
    conn.execute(
        """with plan as (select flow_id from flowc._plans where flow_slug = 'chain3'), run as (
          insert into flowc._runs (bucket, run_id, flow_id, status, input, started_at, ended_at)
          select 0, flowc._new_run_id(0, at), flow_id, 2, '{}', at, at
          from plan, generate_series(1, %s) as n, lateral (select now() - n * interval '1 second' as at) as t
          returning run_id, started_at)
        insert into flowc._done (bucket, run_id, node, idx, st, attempt, worker, started_at, ended_at, output)
        select 0, run_id, node, -1, 1, 1, 'ballast', started_at, started_at, %s
        from run, generate_series(0, 2) as node""",
        [runs, psycopg.types.json.Jsonb(OUTPUT)],
    )
    conn.execute("vacuum analyze flowc._runs, flowc._done")
    conn.execute("checkpoint")  # what the filling left to write is not the steps' work


def queued(conn: psycopg.Connection, tasks: int = _STORED, polls: int = 200) -> dict[str, float]:
    """Milliseconds of a poll of ten behind so many ready tasks."""
    start(conn, "chain3", tasks, batch=1000)
    conn.execute("vacuum analyze flowc._live")
    times = []
    for _ in range(polls):
        began = time.perf_counter()
        got = poll_for_tasks(conn, 0, "bench", ["first"], 10, timedelta(seconds=30))
        times.append((time.perf_counter() - began) * 1000)
        keys = [
            list(column)
            for column in zip(*((t.run_id, t.step_slug, t.task_index, t.attempt) for t in got), strict=True)
        ]
        release_tasks(conn, *keys)
    forget(conn)
    return {"tasks": tasks, "p50_ms": statistics.median(times), "p95_ms": statistics.quantiles(times, n=20)[-1]}


def wide_map(conn: psycopg.Connection, url: str, log: Path) -> dict[str, float]:
    """One map of 100,000: seconds until it is open and until it is done, the worker's MB, the slowest statement."""
    begins = log.stat().st_size
    with at_work(url, 1, _WIDE) as spent:
        time.sleep(2.0)
        began = time.monotonic()
        [run_id] = row(conn, "select flowc.start_flow('map100')")
        while not row(conn, "select count(*) from flowc._maps")[0]:
            time.sleep(0.01)
        opened = time.monotonic() - began
        while row(conn, "select status from flowc._runs where bucket = 0 and run_id = %s", run_id) == (1,):
            time.sleep(0.1)
        took = time.monotonic() - began
    forget(conn)
    slow = [float(ms) for ms in _SLOW.findall(log.read_bytes()[begins:].decode(errors="replace"))]
    return {
        "opened_s": opened,
        "done_s": took,
        "worker_mb": max(one.megabytes for one in spent),
        "slowest_statement_s": max(slow, default=0.0) / 1000,
    }


def idle(conn: psycopg.Connection, url: str, log: Path) -> dict[str, float]:
    """Statements a minute of a worker that has nothing to do, as the server's log has them."""
    # Of the database, for sessions to come: what the server was started with stands above what `alter system` says.
    conn.execute("alter database postgres set log_min_duration_statement = 0")
    with at_work(url, 1):
        time.sleep(10.0)
        begins = log.stat().st_size
        time.sleep(_IDLE_SECONDS)
        said = log.read_bytes()
        assert _STATEMENT.search(said[:begins]), "the server's log tells of no statement, not even of the first"
        made = len(_STATEMENT.findall(said[begins:]))
    conn.execute("alter database postgres reset log_min_duration_statement")
    return {"statements_a_minute": made * 60 / _IDLE_SECONDS}
