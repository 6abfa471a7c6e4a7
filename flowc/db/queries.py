"""Every query that Python sends: one function per SQL function, same name, same arguments, the connection first.

JSON goes in as text (str or bytes) and comes out as text. All raise ``psycopg.Error`` as it is: the worker asks
``flowc.db.sqlstate.judge`` what to do, commands turn it into words with ``as_flowc_error``.
"""

# ruff: noqa: PLR0917 - the arguments of the SQL functions, in their order

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.types.json import Jsonb

from flowc.db.rows import (
    DeployedFlow,
    Offence,
    OpenTasks,
    Reply,
    Run,
    Stalled,
    StepState,
    StepTask,
    StoredBlob,
    Task,
    TaskError,
    Untaken,
)

Json = str | bytes

_ALL = 2**31 - 1  # characters: no text is as long
_TASK: LiteralString = (
    "run_id, flow_slug, step_slug, task_index, attempt, failures, started_at, lease_expires_at, deadline,"
    " run_input, inputs, item, errors, check_input, blobs"
)
_UNTAKEN: LiteralString = (
    "run_id::text, flow_slug, step_slug, ready_at, queue, handlers, secrets, missing_handlers, missing_secrets,"
    " live_workers, workers_of_queue"
)
_STALLED: LiteralString = "run_id::text, flow_slug, reason, since"


def start_flow(
    conn: Connection,
    flow_slug: str,
    input: Json = "{}",  # noqa: A002 - the SQL argument's name
    run_key: str | None = None,
    priority: int = 0,
    input_checked: bool = False,
    input_blobs: Json | None = None,
) -> str:
    """Start a run; the answer is its id, or that of the first run with the same key."""
    query: LiteralString = "select flowc.start_flow(%s, %s, %s, %s, %s, %s)::text"
    marks = None if input_blobs is None else _jsonb(input_blobs)
    return str(_value(conn, query, [flow_slug, _jsonb(input), run_key, priority, input_checked, marks]))


def start_flows(
    conn: Connection,
    flow_slug: str,
    inputs: Sequence[Json],
    run_keys: Sequence[str] | None = None,
    priority: int = 0,
    input_checked: bool = False,
    input_blobs: Sequence[Json | None] | None = None,
) -> list[str]:
    """Start one run for each input; the answer is their ids in order."""
    query: LiteralString = (
        "select started::text from flowc.start_flows(%s, %s::jsonb[], %s::text[], %s, %s, %s::jsonb[]) as started"
    )
    keys = None if run_keys is None else list(run_keys)
    marks = None if input_blobs is None else [None if one is None else _jsonb(one) for one in input_blobs]
    rows = conn.execute(query, [flow_slug, [_jsonb(one) for one in inputs], keys, priority, input_checked, marks])
    return [run_id for (run_id,) in rows]


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
    arguments = [bucket, _jsonb(results), worker_id, list(handlers), max_tasks, lease, chosen, list(secrets)]
    return list(map(Reply._make, conn.execute(query, arguments).fetchall()))


def complete_task(
    conn: Connection, run_id: str, step_slug: str, task_index: int | None, attempt: int, output: Json
) -> str:
    """Record an output: ``ok``, ``already``, ``run_closed`` or ``stale``."""
    query: LiteralString = "select flowc.complete_task(%s, %s, %s, %s, %s)"
    return str(_value(conn, query, [run_id, step_slug, task_index, attempt, _jsonb(output)]))


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
    keys = _keys(run_ids, step_slugs, task_indexes, attempts)
    return _answers(conn, query, [*keys, [_jsonb(output) for output in outputs]])


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
    return str(_value(conn, query, [run_id, step_slug, task_index, attempt, _jsonb(error), retryable, retry_at]))


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
    keys = _keys(run_ids, step_slugs, task_indexes, attempts)
    flags = None if retryables is None else list(retryables)
    times = None if retry_ats is None else list(retry_ats)
    return _answers(conn, query, [*keys, [_jsonb(error) for error in errors], flags, times])


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
    keys = _keys(run_ids, step_slugs, task_indexes, attempts)
    return _answers(conn, query, [bucket, worker_id, *keys, lease])


def release_tasks(
    conn: Connection,
    run_ids: Sequence[str],
    step_slugs: Sequence[str],
    task_indexes: Sequence[int | None],
    attempts: Sequence[int],
) -> list[str]:
    """Give tasks back that were not begun; it costs them no attempt."""
    query: LiteralString = "select flowc.release_tasks(%s::uuid[], %s::text[], %s::int[], %s::int[])"
    return _answers(conn, query, _keys(run_ids, step_slugs, task_indexes, attempts))


def expire_leases(conn: Connection, bucket: int) -> int:
    """Take back tasks whose lease is over; the answer is their number."""
    return int(_value(conn, "select flowc.expire_leases(%s)", [bucket]))


def next_due(conn: Connection, bucket: int) -> datetime | None:
    """When polling may find something without a new wake-up; None is never."""
    due: datetime | None = _value(conn, "select flowc.next_due(%s)", [bucket])
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


def cancel_run(conn: Connection, run_id: str, reason: str | None = None) -> str:
    """Cancel a run; the answer is its status afterwards."""
    return str(_value(conn, "select flowc.cancel_run(%s, %s)", [run_id, reason]))


def retry_run(conn: Connection, run_id: str) -> str:
    """Run again what failed or was cancelled; the answer is the run's status afterwards."""
    return str(_value(conn, "select flowc.retry_run(%s)", [run_id]))


def prune(conn: Connection, older_than: timedelta = timedelta(days=30)) -> int:
    """Delete runs that ended longer ago than that; the answer is their number; 10,000 ask for another call."""
    return int(_value(conn, "select flowc.prune(%s)", [older_than]))


def retire_flow(conn: Connection, flow_slug: str) -> datetime:
    """Start no more runs of a flow; the answer is since when. An unknown flow is FC001."""
    since: datetime = _value(conn, "select flowc.retire_flow(%s)", [flow_slug])
    return since


def delete_flow(conn: Connection, flow_slug: str) -> None:
    """Delete a retired flow without runs (FC005 where it has some); an unknown one is FC001. The slug stays retired."""
    conn.execute("select flowc.delete_flow(%s)", [flow_slug])


def get_flow(conn: Connection, flow_slug: str) -> str | None:
    """The definition of a deployed flow as its canonical JSON; None if it is unknown."""
    definition: str | None = _value(conn, "select flowc.get_flow(%s)", [flow_slug])
    return definition


def flow_slugs(conn: Connection, beginning: str, limit: int) -> list[str]:
    """Deployed flows whose slugs begin like that, in their order; retired ones last."""
    query: LiteralString = (
        "select f.flow_slug from flowc.flows f left join flowc.retired_flows r on r.flow_slug = f.flow_slug"
        " where starts_with(f.flow_slug, %s) order by r.flow_slug is not null, f.flow_slug limit %s"
    )
    return [slug for (slug,) in conn.execute(query, [beginning, limit])]


def flows(conn: Connection, inactive: timedelta | None = None) -> list[DeployedFlow]:
    """The deployed flows by slug; with ``inactive``, those without a started run that were not used for so long.

    Where no run is left the deploy counts as use.
    """
    query: LiteralString = (
        "select f.flow_slug, f.digest, f.deployed_at, t.retired_at, coalesce(r.started, 0), coalesce(r.completed, 0),"
        " coalesce(r.failed, 0), coalesce(r.cancelled, 0), r.last_used_at from flowc.flows f"
        " left join flowc.retired_flows t on t.flow_slug = f.flow_slug"
        " left join (select flow_slug, count(*) filter (where status = 'started') as started,"
        " count(*) filter (where status = 'completed') as completed,"
        " count(*) filter (where status = 'failed') as failed,"
        " count(*) filter (where status = 'cancelled') as cancelled,"
        " max(started_at) as last_used_at from flowc.runs group by flow_slug) as r on r.flow_slug = f.flow_slug"
        " where %(inactive)s::interval is null or coalesce(r.started, 0) = 0"
        " and coalesce(r.last_used_at, f.deployed_at) < (select flowc.now()) - %(inactive)s::interval"
        " order by f.flow_slug"
    )
    return list(map(DeployedFlow._make, conn.execute(query, {"inactive": inactive}).fetchall()))


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
    return int(_value(conn, "select flowc.buckets()", []))


def now(conn: Connection) -> datetime:
    """The engine's one clock."""
    time: datetime = _value(conn, "select flowc.now()", [])
    return time


def runs(
    conn: Connection, flow_slug: str | None = None, status: str | None = None, limit: int | None = None
) -> list[Run]:
    """Runs, the latest first, of one flow or status where given."""
    query: LiteralString = (
        f"select {_RUN} from flowc.runs where (%(flow)s::text is null or flow_slug = %(flow)s)"
        " and (%(status)s::text is null or status = %(status)s) order by started_at desc, run_id desc limit %(limit)s"
    )
    rows = conn.execute(query, {"flow": flow_slug, "status": status, "limit": limit})
    return list(map(Run._make, rows.fetchall()))


def run(conn: Connection, run_id: str) -> Run | None:
    """One run; None if it is unknown."""
    row = conn.execute(
        f"select {_RUN} from flowc.runs where run_id = %s and bucket = %s", [run_id, _bucket(run_id)]
    ).fetchone()
    return None if row is None else Run._make(row)


def run_ids(conn: Connection, first: str, last: str, limit: int) -> list[str]:
    """The ids of runs from ``first`` to ``last``, both included, in their order."""
    query: LiteralString = (
        "select run_id::text from flowc.runs where run_id between %s::uuid and %s::uuid order by run_id limit %s"
    )
    return [run_id for (run_id,) in conn.execute(query, [first, last, limit])]


def latest_runs(conn: Connection, first: str, last: str, limit: int) -> list[tuple[str, str, str]]:
    """Id, flow and status of the latest runs with an id from ``first`` to ``last``."""
    query: LiteralString = (
        "select run_id::text, flow_slug, status from flowc.runs where run_id between %s::uuid and %s::uuid"
        " order by started_at desc, run_id desc limit %s"
    )
    return conn.execute(query, [first, last, limit]).fetchall()


def step_states(
    conn: Connection,
    run_id: str,
    *,
    step_slug: str | None = None,
    outputs: bool = True,
    characters: int | None = None,
) -> list[StepState]:
    """The steps and branches of a run, or one of them, by slug; ``total`` of a map is also known when it has completed.

    Without ``outputs`` those stay in the database: who watches a run asks often. With ``characters`` only so many of
    each come.
    """
    query: LiteralString = (
        "select run_id::text, flow_slug, step_slug, kind, branch, status, skip_reason,"
        " case when %s then left(output::text, %s) end,"
        " coalesce(total, case when kind = 'map' and status = 'completed' then jsonb_array_length(output) end),"
        " remaining, started_at, ended_at, case when %s then blobs::text end from flowc.step_states"
        " where run_id = %s and bucket = %s and (%s::text is null or step_slug = %s)"
        ' order by step_slug collate "C"'
    )
    most = _ALL if characters is None else characters
    arguments = [outputs, most, outputs, run_id, _bucket(run_id), step_slug, step_slug]
    return list(map(StepState._make, conn.execute(query, arguments).fetchall()))


def step_tasks(conn: Connection, run_id: str, step_slug: str | None = None, limit: int | None = None) -> list[StepTask]:
    """The tasks of a run, or of one step, by slug and index."""
    query: LiteralString = (
        "select run_id::text, flow_slug, step_slug, task_index, status, attempt, failures, worker, visible_at,"
        " lease_expires_at, started_at, ended_at, output::text, error::text, blobs::text, code_version"
        " from flowc.step_tasks where run_id = %s and bucket = %s and (%s::text is null or step_slug = %s)"
        ' order by step_slug collate "C", task_index limit %s'
    )
    return list(
        map(StepTask._make, conn.execute(query, [run_id, _bucket(run_id), step_slug, step_slug, limit]).fetchall())
    )


def open_tasks(conn: Connection, run_id: str) -> list[OpenTasks]:
    """What is ready, asleep or at work in a run, a row a step."""
    query: LiteralString = (
        "select step_slug, count(*) filter (where status = 'queued' and visible_at <= c.at),"
        " min(visible_at) filter (where status = 'queued' and visible_at <= c.at),"
        " count(*) filter (where status = 'queued' and visible_at > c.at),"
        " min(visible_at) filter (where status = 'queued' and visible_at > c.at),"
        " count(*) filter (where status = 'started'), min(lease_expires_at), min(worker), max(attempt), max(failures)"
        " from (select flowc.now() as at) as c, flowc.step_tasks"
        " where run_id = %s and bucket = %s and status in ('queued', 'started') group by step_slug"
    )
    return list(map(OpenTasks._make, conn.execute(query, [run_id, _bucket(run_id)]).fetchall()))


def attempts(conn: Connection, run_id: str) -> dict[str, int]:
    """How many attempts the steps of a run took that took more than one, maps aside, by slug."""
    query: LiteralString = (
        "select step_slug, attempt from flowc.step_tasks"
        " where run_id = %s and bucket = %s and task_index is null and attempt > 1"
    )
    return dict(conn.execute(query, [run_id, _bucket(run_id)]).fetchall())


def outputs(conn: Connection, run_id: str, step_slugs: Sequence[str]) -> dict[str, str]:
    """The outputs of those of some steps that completed, by slug."""
    query: LiteralString = (
        "select step_slug, output::text from flowc.step_states"
        " where run_id = %s and bucket = %s and step_slug = any(%s::text[])"
        " and status = 'completed' and output is not null"
    )
    return dict(conn.execute(query, [run_id, _bucket(run_id), list(step_slugs)]).fetchall())


def task_errors(
    conn: Connection, run_id: str, step_slug: str | None = None, limit: int | None = None
) -> list[TaskError]:
    """The failed attempts of a run, or of one step, in the order in which they failed; with a limit the last ones."""
    # Only the keys are sorted: of a map with thousands of failures most tracebacks are never read.
    query: LiteralString = (
        "select e.run_id::text, e.flow_slug, e.step_slug, e.task_index, e.attempt, e.worker, e.error::text, e.class,"
        " e.message, e.traceback, e.started_at, e.failed_at, e.terminal, e.code_version from ("
        "select step_slug, task_index, attempt from flowc.task_errors"
        " where run_id = %(run)s and bucket = %(bucket)s and (%(step)s::text is null or step_slug = %(step)s)"
        ' order by failed_at desc, step_slug collate "C" desc, task_index desc, attempt desc limit %(limit)s) as l'
        " join flowc.task_errors e on e.run_id = %(run)s and e.bucket = %(bucket)s and e.step_slug = l.step_slug"
        " and e.attempt = l.attempt"
        " and e.task_index is not distinct from l.task_index"
        ' order by e.failed_at, e.step_slug collate "C", e.task_index, e.attempt'
    )
    rows = conn.execute(query, {"run": run_id, "bucket": _bucket(run_id), "step": step_slug, "limit": limit})
    return list(map(TaskError._make, rows.fetchall()))


def count_errors(conn: Connection, run_id: str) -> int:
    """How many attempts failed in a run."""
    query: LiteralString = "select count(*) from flowc.task_errors where run_id = %s and bucket = %s"
    return int(_value(conn, query, [run_id, _bucket(run_id)]))


def invariants(conn: Connection, limit: int | None = None) -> list[Offence]:
    """What the database holds against what must always hold; empty where all is well."""
    query: LiteralString = "select invariant, run_id::text, step_slug, detail from flowc.invariants limit %s"
    return list(map(Offence._make, conn.execute(query, [limit]).fetchall()))


def untaken(
    conn: Connection, run_ids: Sequence[str] | None = None, *, waited: timedelta = timedelta(0)
) -> list[Untaken]:
    """Ready tasks that no live worker can take, ready for as long as ``waited``: one row for each step of a run.

    Those that have waited longest come first.
    """
    query: LiteralString = (
        f"select {_UNTAKEN} from flowc.untaken where (%(ids)s::uuid[] is null or run_id = any(%(ids)s))"
        " and ready_at <= flowc.now() - %(waited)s"
        ' order by ready_at, run_id, step_slug collate "C"'
    )
    chosen = None if run_ids is None else list(run_ids)
    return list(map(Untaken._make, conn.execute(query, {"ids": chosen, "waited": waited}).fetchall()))


def untaken_steps(conn: Connection, limit: int | None = None) -> list[tuple[Untaken, int]]:
    """Of each step that no live worker can take: the run that waits longest, and how many do."""
    query: LiteralString = (
        f"select {_UNTAKEN}, runs from (select distinct on (flow_slug, step_slug) *,"
        " count(*) over (partition by flow_slug, step_slug) as runs from flowc.untaken"
        " order by flow_slug, step_slug, ready_at, run_id) as steps order by ready_at, flow_slug, step_slug limit %s"
    )
    return [(Untaken._make(row[:-1]), row[-1]) for row in conn.execute(query, [limit])]


def stalled(conn: Connection, limit: int | None = None) -> list[Stalled]:
    """Runs that nobody works on though they could go on, longest waiting first."""
    query: LiteralString = f"select {_STALLED} from flowc.stalled order by since, run_id limit %s"
    return list(map(Stalled._make, conn.execute(query, [limit]).fetchall()))


def stalled_flows(conn: Connection, limit: int | None = None) -> list[tuple[Stalled, int]]:
    """Of each flow and reason, the stalled run that waits longest, and how many do; steps of ``untaken`` aside."""
    query: LiteralString = (
        f"select {_STALLED}, runs from (select distinct on (flow_slug, reason) *,"
        " count(*) over (partition by flow_slug, reason) as runs from flowc.stalled s"
        " where reason <> 'ready' or not exists (select from flowc.untaken u where u.run_id = s.run_id)"
        " order by flow_slug, reason, since, run_id) as flows order by since, flow_slug limit %s"
    )
    return [(Stalled._make(row[:-1]), row[-1]) for row in conn.execute(query, [limit])]


def live_workers(conn: Connection) -> int:
    """How many workers are taken to be alive."""
    return int(_value(conn, "select count(distinct worker_id) from flowc.workers where alive", []))


def keep_blob(conn: Connection, blob_id: str, size: int, media_type: str, store: str) -> bool:
    """Announce a blob that is about to be stored; whether its bytes are there already."""
    return bool(_value(conn, "select flowc.keep_blob(%s, %s, %s, %s)", [blob_id, size, media_type, store]))


def put_blob(conn: Connection, data: bytes, media_type: str, keep: timedelta | None = None) -> str:
    """Store bytes in the database's own table; the answer is their id."""
    return str(_value(conn, "select flowc.put_blob(%b, %s, %s)", [data, media_type, keep]))


def put_blob_chunk(conn: Connection, blob_id: str, n: int, data: bytes | memoryview) -> None:
    """Store the piece number ``n`` of an announced blob in the database's own table."""
    conn.execute("select flowc.put_blob_chunk(%s, %s, %b)", [blob_id, n, data])


def finish_blob(conn: Connection, blob_id: str) -> bool:
    """Say that an announced blob is stored whole; False if it is announced no more."""
    return bool(_value(conn, "select flowc.finish_blob(%s)", [blob_id]))


def find_blob(conn: Connection, blob_id: str) -> tuple[int, str, str] | None:
    """Size in bytes, media type and store of a blob; None if there is none."""
    row: tuple[int, str, str] | None = conn.execute(
        "select size, media_type, store from flowc.find_blob(%s)", [blob_id]
    ).fetchone()
    return row


def get_blob(conn: Connection, blob_id: str) -> bytes:
    """The bytes of a blob in the database's own table."""
    return bytes(_value(conn, "select flowc.get_blob(%s)", [blob_id], binary=True))


def get_blob_chunk(conn: Connection, blob_id: str, n: int) -> bytes | None:
    """The piece number ``n`` of a blob in the database's own table; None behind the last."""
    piece: bytes | None = _value(conn, "select flowc.get_blob_chunk(%s, %s)", [blob_id, n], binary=True)
    return piece


def collect_blobs(
    conn: Connection, older_than: timedelta = timedelta(0), max_blobs: int = 1000
) -> list[tuple[str, int, str]]:
    """Delete blobs that no run refers to: id, size and store of each; outside of the database their bytes are left."""
    query: LiteralString = "select blob_id, size, store from flowc.collect_blobs(%s, %s)"
    return conn.execute(query, [older_than, max_blobs]).fetchall()


def drop_blob(conn: Connection, blob_id: str) -> bool:
    """Let go of a collected blob whose bytes are deleted in the same transaction; False if somebody stored it again."""
    return bool(_value(conn, "select flowc.drop_blob(%s)", [blob_id]))


def blob_ids(conn: Connection, beginning: str, limit: int) -> list[str]:
    """The ids of blobs that begin like that, in their order."""
    query: LiteralString = "select blob_id from flowc.blobs where starts_with(blob_id, %s) order by blob_id limit %s"
    return [blob_id for (blob_id,) in conn.execute(query, [beginning, limit])]


def blobs(conn: Connection, limit: int | None = None) -> list[StoredBlob]:
    """Blobs, the latest first."""
    query: LiteralString = (
        "select blob_id, size, media_type, store, ready, runs, stored_at, keep_until from flowc.blobs"
        " order by stored_at desc, blob_id limit %s"
    )
    return list(map(StoredBlob._make, conn.execute(query, [limit]).fetchall()))


_RUN: LiteralString = (
    "run_id::text, flow_slug, status, run_key, input::text, output::text, error::text, failed_step, skipped_failures,"
    " priority, started_at, ended_at, input_blobs::text, output_blobs::text"
)


def _value(conn: Connection, query: LiteralString, arguments: Sequence[object], *, binary: bool = False) -> Any:
    row = conn.execute(query, arguments, binary=binary).fetchone()
    assert row is not None
    return row[0]


def _answers(conn: Connection, query: LiteralString, arguments: Sequence[object]) -> list[str]:
    return list(_value(conn, query, arguments))


def _keys(
    run_ids: Sequence[str], step_slugs: Sequence[str], task_indexes: Sequence[int | None], attempts: Sequence[int]
) -> list[object]:
    return [list(run_ids), list(step_slugs), list(task_indexes), list(attempts)]


def _bucket(run_id: str) -> int:
    """The bucket that a run's id names: every key begins with it, and without it no index is of use."""
    return int(run_id[-4:], 16)


def _jsonb(text: Json) -> Jsonb:
    return Jsonb(text, dumps=_as_it_is)


def _as_it_is(text: Json) -> Json:
    return text
