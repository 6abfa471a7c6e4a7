"""The engine at full load: a backlog that is kept filled, and what a finished step costs meanwhile."""

from __future__ import annotations

import time

import psycopg

from tests.bench.cpu import ServerCpu
from tests.bench.crew import at_work
from tests.bench.works import row, start

_BACKLOG = 3000  # tasks that are ready ahead of the workers
_SETTLE_SECONDS = 1.0
_LIVE = "sum(pg_total_relation_size(t)) from unnest('{flowc._live, flowc._waits, flowc._maps}'::regclass[]) as t"


def full_load(conn: psycopg.Connection, url: str, flow: str, seconds: float, workers: int) -> dict[str, float]:
    """CPU milliseconds of server and workers a finished step, steps a second, bytes of WAL a step, starts included.

    ``live_mb`` is the size of the tables of what is alive, at a third of the time, at its end and at most.
    """
    start(conn, flow, _BACKLOG)
    with at_work(url, workers) as spent:
        time.sleep(_SETTLE_SECONDS)
        server, sizes, finished, wal = ServerCpu(conn), [], _finished(conn), _wal(conn)
        before, began = server.seconds(), time.monotonic()
        while (past := time.monotonic() - began) < seconds:
            start(conn, flow, max(0, _BACKLOG - int(row(conn, "select count(*) from flowc._live")[0])))
            sizes.append((past, int(row(conn, f"select {_LIVE}")[0]) / 2**20))
            time.sleep(0.1)
        took, used = time.monotonic() - began, server.seconds() - before
        steps, logged = _finished(conn) - finished, _wal(conn) - wal
    forget(conn)
    return {
        "server_ms": used / steps * 1000,
        "worker_ms": sum(one.seconds for one in spent) / sum(one.tasks for one in spent) * 1000,
        "steps_s": steps / took,
        "wal_bytes": logged / steps,
        "live_mb_at_a_third": next(size for past, size in sizes if past >= seconds / 3),
        "live_mb_at_most": max(size for _, size in sizes),
        "live_mb_at_the_end": sizes[-1][1],
    }


def forget(conn: psycopg.Connection) -> None:
    """Throw away every run."""
    conn.execute(
        "truncate flowc._live, flowc._later, flowc._waits, flowc._maps, flowc._done, flowc._errors, flowc._runs"
    )


def _finished(conn: psycopg.Connection) -> int:
    return int(row(conn, "select count(*) from flowc._done where attempt > 0")[0])


def _wal(conn: psycopg.Connection) -> int:
    return int(row(conn, "select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint")[0])
