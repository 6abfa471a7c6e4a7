"""Runs: started, cancelled, retried, pruned, and looked at with their steps, tasks and errors."""

# ruff: noqa: PLR0917 - the arguments of the SQL functions, in their order

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import LiteralString

from psycopg import Connection

from flowc.db.queries.asking import Json, as_jsonb, bucket_of, value_of
from flowc.db.rows import OpenTasks, Run, StepState, StepTask, TaskError

_ALL = 2**31 - 1  # characters: no text is as long
_RUN: LiteralString = (
    "run_id::text, flow_slug, status, run_key, input::text, output::text, error::text, failed_step, skipped_failures,"
    " priority, started_at, ended_at, input_blobs::text, output_blobs::text"
)


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
    marks = None if input_blobs is None else as_jsonb(input_blobs)
    return str(value_of(conn, query, [flow_slug, as_jsonb(input), run_key, priority, input_checked, marks]))


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
    marks = None if input_blobs is None else [None if one is None else as_jsonb(one) for one in input_blobs]
    rows = conn.execute(query, [flow_slug, [as_jsonb(one) for one in inputs], keys, priority, input_checked, marks])
    return [run_id for (run_id,) in rows]


def cancel_run(conn: Connection, run_id: str, reason: str | None = None) -> str:
    """Cancel a run; the answer is its status afterwards."""
    return str(value_of(conn, "select flowc.cancel_run(%s, %s)", [run_id, reason]))


def retry_run(conn: Connection, run_id: str) -> str:
    """Run again what failed or was cancelled; the answer is the run's status afterwards."""
    return str(value_of(conn, "select flowc.retry_run(%s)", [run_id]))


def prune(conn: Connection, older_than: timedelta = timedelta(days=30)) -> int:
    """Delete runs that ended longer ago than that; the answer is their number; 10,000 ask for another call."""
    return int(value_of(conn, "select flowc.prune(%s)", [older_than]))


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
        f"select {_RUN} from flowc.runs where run_id = %s and bucket = %s", [run_id, bucket_of(run_id)]
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
    arguments = [outputs, most, outputs, run_id, bucket_of(run_id), step_slug, step_slug]
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
        map(StepTask._make, conn.execute(query, [run_id, bucket_of(run_id), step_slug, step_slug, limit]).fetchall())
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
    return list(map(OpenTasks._make, conn.execute(query, [run_id, bucket_of(run_id)]).fetchall()))


def attempts(conn: Connection, run_id: str) -> dict[str, int]:
    """How many attempts the steps of a run took that took more than one, maps aside, by slug."""
    query: LiteralString = (
        "select step_slug, attempt from flowc.step_tasks"
        " where run_id = %s and bucket = %s and task_index is null and attempt > 1"
    )
    return dict(conn.execute(query, [run_id, bucket_of(run_id)]).fetchall())


def outputs(conn: Connection, run_id: str, step_slugs: Sequence[str]) -> dict[str, str]:
    """The outputs of those of some steps that completed, by slug."""
    query: LiteralString = (
        "select step_slug, output::text from flowc.step_states"
        " where run_id = %s and bucket = %s and step_slug = any(%s::text[])"
        " and status = 'completed' and output is not null"
    )
    return dict(conn.execute(query, [run_id, bucket_of(run_id), list(step_slugs)]).fetchall())


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
    rows = conn.execute(query, {"run": run_id, "bucket": bucket_of(run_id), "step": step_slug, "limit": limit})
    return list(map(TaskError._make, rows.fetchall()))


def count_errors(conn: Connection, run_id: str) -> int:
    """How many attempts failed in a run."""
    query: LiteralString = "select count(*) from flowc.task_errors where run_id = %s and bucket = %s"
    return int(value_of(conn, query, [run_id, bucket_of(run_id)]))
