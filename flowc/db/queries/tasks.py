"""What a worker asks for and says: tasks leased, settled, given back; itself signed in and out."""

# ruff: noqa: PLR0917 - the arguments of the SQL functions, in their order

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import LiteralString

from psycopg import Connection

from flowc.db.queries.asking import Json, answers_of, as_jsonb, keys_of, value_of
from flowc.db.rows import Reply, Task

_TASK: LiteralString = (
    "run_id, flow_slug, step_slug, task_index, attempt, failures, started_at, lease_expires_at, deadline,"
    " run_input, inputs, item, errors, check_input, blobs"
)


def poll_for_tasks(
    conn: Connection,
    bucket: int,
    worker_id: str,
    handlers: Sequence[str],
    max_tasks: int,
    lease: timedelta,
    queues: Sequence[str] | None = None,
    secrets: Sequence[str] = (),
) -> list[Task]:
    """Lease up to ``max_tasks`` ready tasks."""
    query: LiteralString = (
        f"select {_TASK} from flowc.poll_for_tasks(%s, %s, %s::text[], %s, %s, %s::text[], %s::text[])"
    )
    chosen = None if queues is None else list(queues)
    rows = conn.execute(query, [bucket, worker_id, list(handlers), max_tasks, lease, chosen, list(secrets)])
    return list(map(Task._make, rows.fetchall()))


def settle_and_poll(
    conn: Connection,
    bucket: int,
    results: Json,
    worker_id: str,
    handlers: Sequence[str],
    max_tasks: int,
    lease: timedelta,
    queues: Sequence[str] | None = None,
    secrets: Sequence[str] = (),
) -> list[Reply]:
    """Settle a batch and lease the next in one round trip; ``results`` is the JSON array of the SQL function."""
    query: LiteralString = (
        f"select answer, {_TASK} from flowc.settle_and_poll(%s, %s, %s, %s::text[], %s, %s, %s::text[], %s::text[])"
    )
    chosen = None if queues is None else list(queues)
    arguments = [bucket, as_jsonb(results), worker_id, list(handlers), max_tasks, lease, chosen, list(secrets)]
    return list(map(Reply._make, conn.execute(query, arguments).fetchall()))


def complete_task(
    conn: Connection, run_id: str, step_slug: str, task_index: int | None, attempt: int, output: Json
) -> str:
    """Record an output: ``ok``, ``already``, ``run_closed`` or ``stale``."""
    query: LiteralString = "select flowc.complete_task(%s, %s, %s, %s, %s)"
    return str(value_of(conn, query, [run_id, step_slug, task_index, attempt, as_jsonb(output)]))


def complete_tasks(
    conn: Connection,
    run_ids: Sequence[str],
    step_slugs: Sequence[str],
    task_indexes: Sequence[int | None],
    attempts: Sequence[int],
    outputs: Sequence[Json],
) -> list[str]:
    """Record a batch of outputs; an answer each, in order."""
    query: LiteralString = "select flowc.complete_tasks(%s::uuid[], %s::text[], %s::int[], %s::int[], %s::jsonb[])"
    keys = keys_of(run_ids, step_slugs, task_indexes, attempts)
    return answers_of(conn, query, [*keys, [as_jsonb(output) for output in outputs]])


def fail_task(
    conn: Connection,
    run_id: str,
    step_slug: str,
    task_index: int | None,
    attempt: int,
    error: Json,
    retryable: bool = True,
    retry_at: datetime | None = None,
) -> str:
    """Record a failure: retried later, or the step or the run fails; the same answers as ``complete_task``."""
    query: LiteralString = "select flowc.fail_task(%s, %s, %s, %s, %s, %s, %s)"
    return str(value_of(conn, query, [run_id, step_slug, task_index, attempt, as_jsonb(error), retryable, retry_at]))


def fail_tasks(
    conn: Connection,
    run_ids: Sequence[str],
    step_slugs: Sequence[str],
    task_indexes: Sequence[int | None],
    attempts: Sequence[int],
    errors: Sequence[Json],
    retryables: Sequence[bool] | None = None,
    retry_ats: Sequence[datetime | None] | None = None,
) -> list[str]:
    """Record a batch of failures; an answer each, in order. Without ``retryables`` all are."""
    query: LiteralString = (
        "select flowc.fail_tasks(%s::uuid[], %s::text[], %s::int[], %s::int[], %s::jsonb[],"
        " %s::boolean[], %s::timestamptz[])"
    )
    keys = keys_of(run_ids, step_slugs, task_indexes, attempts)
    flags = None if retryables is None else list(retryables)
    times = None if retry_ats is None else list(retry_ats)
    return answers_of(conn, query, [*keys, [as_jsonb(error) for error in errors], flags, times])


def extend_leases(
    conn: Connection,
    bucket: int,
    worker_id: str,
    run_ids: Sequence[str],
    step_slugs: Sequence[str],
    task_indexes: Sequence[int | None],
    attempts: Sequence[int],
    lease: timedelta,
) -> list[str]:
    """Extend the leases of running tasks: ``ok``, ``stale`` or ``run_closed`` each, in order."""
    query: LiteralString = "select flowc.extend_leases(%s, %s, %s::uuid[], %s::text[], %s::int[], %s::int[], %s)"
    keys = keys_of(run_ids, step_slugs, task_indexes, attempts)
    return answers_of(conn, query, [bucket, worker_id, *keys, lease])


def release_tasks(
    conn: Connection,
    run_ids: Sequence[str],
    step_slugs: Sequence[str],
    task_indexes: Sequence[int | None],
    attempts: Sequence[int],
) -> list[str]:
    """Give tasks back that were not begun; it costs them no attempt."""
    query: LiteralString = "select flowc.release_tasks(%s::uuid[], %s::text[], %s::int[], %s::int[])"
    return answers_of(conn, query, keys_of(run_ids, step_slugs, task_indexes, attempts))


def expire_leases(conn: Connection, bucket: int) -> int:
    """Take back tasks whose lease is over; the answer is their number."""
    return int(value_of(conn, "select flowc.expire_leases(%s)", [bucket]))


def next_due(conn: Connection, bucket: int) -> datetime | None:
    """When polling may find something without a new wake-up; None is never."""
    due: datetime | None = value_of(conn, "select flowc.next_due(%s)", [bucket])
    return due


def vacuum_live(conn: Connection) -> None:
    """Clear dead rows out of the table of live tasks, where this role may; outside of a transaction.

    A role that may not gets a warning of the server's, and autovacuum has to do (manual, "VACUUM"; from PostgreSQL 17
    on the install grants MAINTAIN to the workers' role).
    """
    conn.execute("vacuum (skip_locked, truncate false, index_cleanup on, process_toast false, parallel 0) flowc._live")


def sleep(conn: Connection, bucket: int, worker_id: str, until: datetime, handlers: Sequence[str] = ()) -> None:
    """Say that a worker sleeps until then and wants to be woken by NOTIFY on the channel ``flowc``."""
    conn.execute("select flowc.sleep(%s, %s, %s, %s)", [bucket, worker_id, until, list(handlers)])


def sign_in(
    conn: Connection,
    bucket: int,
    worker_id: str,
    handlers: Sequence[str],
    queues: Sequence[str] | None,
    secrets: Sequence[str],
    alive_for: timedelta,
    code_version: str | None = None,
) -> None:
    """Say that a worker lives, what it can take, what code it runs, and for how long to believe it."""
    chosen = None if queues is None else list(queues)
    query: LiteralString = "select flowc.sign_in(%s, %s, %s::text[], %s::text[], %s::text[], %s, %s)"
    conn.execute(query, [bucket, worker_id, list(handlers), chosen, list(secrets), alive_for, code_version])


def sign_out(conn: Connection, bucket: int, worker_id: str) -> None:
    """Say that a worker takes no more tasks."""
    conn.execute("select flowc.sign_out(%s, %s)", [bucket, worker_id])


def get_inputs(conn: Connection, run_id: str, step_slug: str) -> tuple[str, str, str | None] | None:
    """All that a step may see: the run's input, a JSON object of outputs by slug, and one of the marks of their blobs.

    None if the run is unknown.
    """
    query: LiteralString = "select run_input, inputs, blobs from flowc.get_inputs(%s, %s) where run_input is not null"
    row: tuple[str, str, str | None] | None = conn.execute(query, [run_id, step_slug]).fetchone()
    return row


def get_item(conn: Connection, run_id: str, step_slug: str, task_index: int) -> tuple[str, str | None] | None:
    """The element of a map in which there are blobs, and their marks, as JSON; None if the run is unknown."""
    query: LiteralString = "select item, blobs from flowc.get_item(%s, %s, %s) where item is not null"
    row: tuple[str, str | None] | None = conn.execute(query, [run_id, step_slug, task_index]).fetchone()
    return row


def missing_secrets(conn: Connection, handlers: Sequence[str], secrets: Sequence[str]) -> list[tuple[str, str]]:
    """For want of which secrets a worker with these handlers leaves flows alone: flow and secret, sorted."""
    query: LiteralString = "select flow_slug, secret from flowc.missing_secrets(%s::text[], %s::text[])"
    return conn.execute(query, [list(handlers), list(secrets)]).fetchall()


def buckets(conn: Connection) -> int:
    """How many buckets the installation has."""
    return int(value_of(conn, "select flowc.buckets()", []))


def now(conn: Connection) -> datetime:
    """The engine's one clock."""
    time: datetime = value_of(conn, "select flowc.now()", [])
    return time
