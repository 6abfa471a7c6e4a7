"""The small wrongs: each has been, or could be, somebody's slip; each must be noticed."""

from __future__ import annotations

from tests.mutants.mutant import python, sql

_RECOMPUTED = "bool_or(e.kind = 2 and s.st <> 1 or e.same_gate and s.st = 2) as closed"

ENGINE = (
    sql("the fence is dropped", "_settle", " and l.attempt = b.attempt\n", "\n"),
    sql("the fence of leases is dropped", "_held", " and l.attempt = b.attempt\n", "\n"),
    sql(
        "an attempt keeps its number",
        "_lease_from",
        "set attempt = l.attempt + 1,",
        "set attempt = greatest(l.attempt, 1),",
    ),
    sql("what is not leased can be settled", "_settle", "else l.lease_expires_at is not null end", "else true end"),
    sql(
        "what is not leased can be released", "_held", "\n      and l.lease_expires_at is not null limit 1", " limit 1"
    ),
    sql("an ended run can be cancelled", "cancel_run", "elsif _status = 1 then", "elsif _status <> 4 then"),
    sql(
        "runs are not locked", "_settle", "order by r.run_id for no key update;", "order by r.run_id;", "interleavings"
    ),
    sql(
        "leases are kept without a lock",
        "_lock_runs",
        "order by r.run_id for no key update",
        "order by r.run_id",
        "interleavings",
    ),
    sql(
        "leases are kept in the order of the batch",
        "_lock_runs",
        "order by r.run_id for no key update",
        "order by array_position(_runs, r.run_id) for no key update",
        "crossing",
    ),
    sql(
        "runs are locked in the order of the batch",
        "_settle",
        "order by r.run_id for no key update;",
        "order by array_position(_runs, r.run_id) for no key update;",
        "crossing",
    ),
    sql(
        "cancelling does not lock",
        "cancel_run",
        "r.run_id = cancel_run.run_id for no key update;",
        "r.run_id = cancel_run.run_id;",
        "interleavings",
    ),
    sql(
        "retrying does not lock",
        "retry_run",
        "where r.bucket = _bucket and r.run_id = retry_run.run_id for no key update;",
        "where r.bucket = _bucket and r.run_id = retry_run.run_id;",
        "interleavings",
    ),
    sql(
        "polls wait for each other",
        "_lease_from",
        "limit _share for update skip locked",
        "limit _share for update",
        "interleavings",
    ),
    sql(
        "polls of what is due wait for each other",
        "_awake",
        "limit 1000 for update skip locked",
        "limit 1000 for update",
        "interleavings",
    ),
    sql("prune waits and goes on", "prune", "limit 10000 for update skip locked", "limit 10000", "interleavings"),
    sql(
        "a lease that was extended expires",
        "_settle",
        "case when b.state = 6 then l.lease_expires_at <= _now else",
        "case when b.state = 6 then l.lease_expires_at is not null else",
        "interleavings",
    ),
    sql(
        "expiry costs no attempt",
        "_fail",
        "t.attempt, t.failures + 1, t.max_attempts, t.item",
        "t.attempt, t.failures + (not _expired[x.at])::integer, t.max_attempts, t.item",
    ),
    sql("expiry is looked for too late", "_expired", "interval '5 seconds'", "interval '1 hour'"),
    sql("leases are extended beyond the timeout", "extend_leases", "= least(_now +", "= greatest(_now +"),
    sql("one worker extends another's lease", "extend_leases", " and l.worker = extend_leases.worker_id", "", "words"),
    sql("already is answered as ok", "_answers", "then 'already'", "then null"),
    sql("a failure replayed is stale", "_answers", " and not e.expired and b.attempt > 0)", " and false)"),
    sql("a late word after expiry is already", "_answers", " and not e.expired", ""),
    sql(
        "closed is answered as stale",
        "_answers",
        "when r.status is distinct from 1 then 'run_closed'",
        "when r.status is null then 'run_closed'",
    ),
    sql(
        "no output yet hides the input from conditions",
        "_values",
        "coalesce(jsonb_object_agg(s.slug, d.output), '{}')",
        "jsonb_object_agg(s.slug, d.output)",
    ),
    sql(
        "a step without output is absent from conditions", "_values", "coalesce(d.output, 'null') as output", "d.output"
    ),
    sql("a skipped step counts in conditions", "_values", "d.idx = -1 and d.st = 1 limit 1", "d.idx = -1 limit 1"),
    sql(
        "run_unless is run_if",
        "_is_met",
        "(_values @> any(_run_unless)) is not true",
        "(_values @> any(_run_unless)) is true",
    ),
    sql("a gate's word is not carried on", "_arrive", " or e.same_gate and f.st = 2) as shut", ") as shut"),
    sql("a gate's word is not carried on by a retry", "_reopen", _RECOMPUTED, "false as closed"),
    sql("a skipped dependency counts as completed", "_arrive", "(where e.kind = 0 and f.st = 1)", "(where e.kind = 0)"),
    sql("a condition's edge counts for the join", "_arrive", "(where e.kind = 0 and f.st = 1)", "(where f.st = 1)"),
    sql("a join forgets what completed before", "_wait", "ok = w.ok + excluded.ok", "ok = excluded.ok"),
    sql(
        "a join forgets that it was closed", "_wait", "closed = w.closed or excluded.closed", "closed = excluded.closed"
    ),
    sql(
        "a join counts one edge of several",
        "_wait",
        "arrived = w.arrived + excluded.arrived",
        "arrived = w.arrived + 1",
    ),
    sql("none is one or none", "_evaluate", "when 2 then a.ok = 0", "when 2 then a.ok <= 1"),
    sql("any is all", "_evaluate", "when 1 then a.ok > 0", "when 1 then a.ok = n.n_join"),
    sql("an unmet condition never fails", "_evaluate", "case when n.unmet_fails then 9 else 4 end", "4"),
    sql("a map over a skipped source runs", "_map_source", "present := found;", "present := true;"),
    sql(
        "a map counts its elements one by one",
        "_settle_elements",
        "remaining = m.remaining - e.n",
        "remaining = m.remaining - 1",
    ),
    sql("a map forgets what failed", "_settle_elements", "bad = m.bad + e.bad", "bad = m.bad"),
    sql("a window opens one for several", "_settle_elements", "_m.n::integer);", "1);"),
    sql("a window is one too wide", "_open_map", "limit (select n.max_parallel", "limit (select n.max_parallel + 1"),
    sql(
        "a window skips an element",
        "_open_window",
        "jsonb_build_object('first', _m.opened,",
        "jsonb_build_object('first', _m.opened + 1,",
    ),
    sql("the outputs of a map are turned round", "_end_map", "order by d.idx)", "order by d.idx desc)"),
    sql("the first wait is doubled", "_fail", "2.0 ^ least(t.failures, 50)", "2.0 ^ least(t.failures + 1, 50)"),
    sql("one attempt too many", "_fail", "or t.failures + 1 >= t.max_attempts", "or t.failures + 1 > t.max_attempts"),
    sql("what is not retryable is retried", "_fail", "(x.retryable is false and not x.expired) or", ""),
    sql("a skipped failure counts as completed", "_fail", "array_agg(5::smallint)", "array_agg(1::smallint)"),
    sql("the last slug names the failure", "_close_failed", "n.step_slug, f.at", "n.step_slug desc, f.at"),
    sql(
        "an ended run keeps its counters",
        "_close",
        "  delete from flowc._waits w where w.bucket = _bucket and w.run_id = _run_id;\n",
        "",
        "interleavings",
    ),
    sql(
        "cancelled attempts are forgotten",
        "_close",
        "from gone g where g.attempt > 0;\n  end loop;",
        "from gone g where false;\n  end loop;",
    ),
    sql("attempt numbers go back at a retry", "_ready", "coalesce(b.attempt, 0) as attempt", "0 as attempt"),
    sql(
        "a retry waits out the delay again",
        "_ready",
        "n.delay > 0 and _delayed and not _again",
        "n.delay > 0 and _delayed",
    ),
    sql("a retry keeps softly failed elements", "_reopen", "set st = 6\n", "set st = 5\n"),
    sql("skipped failures are not counted", "_finish", "skipped_failures = o.failures", "skipped_failures = 0"),
    sql(
        "pruned runs leave their errors",
        "prune",
        "    delete from flowc._errors e where e.bucket = _bucket and e.run_id = any(_runs);\n",
        "",
        "interleavings",
    ),
    sql(
        "a key stands for runs of all flows",
        "_keyed_run_id",
        "convert_to(_flow_slug, 'UTF8') || '\\x00'::bytea || ",
        "",
        "words",
    ),
    sql(
        "stricter transactions pass",
        "_require_read_committed",
        "not in ('read committed', 'read uncommitted')",
        "in ('unknown')",
        "isolation",
    ),
)

CLIENT = (
    python(
        "a lost connection ends the worker",
        "runtime/line",
        "            return self._insist(query, error)",
        "            raise",
        "worker",
    ),
    python("deadlocks are for ever", "db/sqlstate", '_AGAIN = ("40001", "40P01")', "_AGAIN = ()", "sqlstate"),
    python(
        "leases are not extended",
        "runtime/keeper",
        "self._extend_at = now + min(third, 1.0)",
        "self._extend_at = now + 3600.0",
        "worker",
        "pieces",
    ),
    python(
        "a lease that ended is told",
        "runtime/keeper",
        "            elif self._workshop.abandon(lease):\n",
        "            elif False:\n",
        "worker",
        "pieces",
    ),
    python(
        "an outcome is told by everybody",
        "runtime/leases",
        "            return False\n        return True",
        "            return True\n        return True",
        "worker",
        "pieces",
    ),
    python(
        "a late task is performed",
        "runtime/workshop",
        "time.monotonic() - lease.extended > self._lease_seconds",
        "time.monotonic() - lease.extended > 1e9",
        "worker",
        "pieces",
        "process",
    ),
    python(
        "a handler may take for ever",
        "runtime/keeper",
        "now - lease.started < limit",
        "now - lease.started < 1e9",
        "worker",
    ),
    python(
        "one bad result spoils the batch",
        "runtime/settling",
        'if not batch or (error.sqlstate or "").startswith(_NOT_THE_DATA):',
        "if True:",
        "worker",
    ),
    python(
        "a stopped worker keeps what it did not start",
        "runtime/worker",
        "hand_back(self._line, self._workshop.held, self._workshop.take_back())",
        "self._workshop.take_back()",
        "process",
        "worker",
    ),
    python(
        "an element's result is told as the step's",
        "runtime/settling",
        'b"null" if task.task_index is None else b"%d" % task.task_index',
        'b"null"',
        "worker",
    ),
)

MUTANTS = (*ENGINE, *CLIENT)
