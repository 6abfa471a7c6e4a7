-- Failed and expired attempts, their tasks already taken from the live ones: each leaves its error. A task with attempts
-- left sleeps out its wait; one without is skipped where the step's on_failure says so, else it fails its run. Returns the
-- steps that were skipped (e_*: elements of maps) to settle further, and the failures that end their runs (f_*).
create or replace function flowc._fail(
  _bucket integer, _now timestamptz, _tasks flowc._live[], _bases integer[], _expired boolean[], _errors jsonb[],
  _retryable boolean[], _retry_at timestamptz[],
  out runs uuid[], out flows integer[], out bases integer[], out nodes smallint[], out sts smallint[],
  out e_runs uuid[], out e_flows integer[], out e_bases integer[], out e_nodes smallint[], out e_bad integer[],
  out f_runs uuid[], out f_nodes smallint[], out f_errors jsonb[])
language plpgsql volatile
as $$
declare
  _t      record;
  _errs   jsonb[];
  _spent  boolean[];
begin
  select array_agg(case when not x.expired then coalesce(x.error, '{}')
           when _now >= t.since + n.timeout * interval '1 millisecond'
           then jsonb_build_object('class', 'Timeout', 'message', format('the attempt ran past its timeout of %s s', trim_scale(n.timeout / 1000.0)))
           else jsonb_build_object('class', 'LeaseExpired',
             'message', format('worker %s let the lease expire: it died, hangs, or lost its connection', t.worker)) end order by x.at),
    array_agg((x.retryable is false and not x.expired) or t.failures + 1 >= t.max_attempts order by x.at)
  into _errs, _spent
  from unnest(_expired, _errors, _retryable) with ordinality as x (expired, error, retryable, at)
  cross join lateral (select (_tasks[x.at]).*) as t
  join flowc._nodes n on n.flow_id = t.flow_id and n.node = t.node;

  insert into flowc._errors (bucket, run_id, node, idx, attempt, worker, terminal, expired, error, started_at, failed_at)
  select _bucket, t.run_id, t.node, t.idx, t.attempt, t.worker, x.spent, x.expired, x.error, t.since, _now
  from unnest(_spent, _expired, _errs) with ordinality as x (spent, expired, error, at) cross join lateral (select (_tasks[x.at]).*) as t;

  insert into flowc._later (bucket, run_id, node, idx, due, prio, queue, flow_id, need_id, attempt, failures, max_attempts, item)
  select _bucket, t.run_id, t.node, t.idx,
    -- what no calendar holds, clients could not read
    coalesce(case when x.retry_at between '0001-01-02 00:00Z' and '9999-12-31 23:59:59.999999Z' then x.retry_at end,
      _now + least(n.max_delay, n.base_delay * 2.0 ^ least(t.failures, 50))
                                * (1 + n.jitter * (2 * random() - 1)) * interval '1 millisecond'),
    t.prio, t.queue, t.flow_id, t.need_id, t.attempt, t.failures + 1, t.max_attempts, t.item
  from unnest(_spent, _retry_at) with ordinality as x (spent, retry_at, at)
  cross join lateral (select (_tasks[x.at]).*) as t
  join flowc._nodes n on n.flow_id = t.flow_id and n.node = t.node
  where not x.spent;

  insert into flowc._done (bucket, run_id, node, idx, st, attempt, failures, worker, started_at, ended_at)
  select _bucket, t.run_id, t.node, t.idx, case when n.soft then 5 else 7 end, t.attempt, t.failures + 1, t.worker, t.since, _now
  from unnest(_spent) with ordinality as x (spent, at)
  cross join lateral (select (_tasks[x.at]).*) as t
  join flowc._nodes n on n.flow_id = t.flow_id and n.node = t.node
  where x.spent;

  select
    array_agg(t.run_id) filter (where t.idx < 0) as runs, array_agg(t.flow_id) filter (where t.idx < 0) as flows,
    array_agg(x.base) filter (where t.idx < 0) as bases, array_agg(t.node) filter (where t.idx < 0) as nodes,
    array_agg(5::smallint) filter (where t.idx < 0) as sts,
    array_agg(t.run_id) filter (where t.idx >= 0) as e_runs, array_agg(t.flow_id) filter (where t.idx >= 0) as e_flows,
    array_agg(x.base) filter (where t.idx >= 0) as e_bases, array_agg(t.node) filter (where t.idx >= 0) as e_nodes,
    array_agg(1) filter (where t.idx >= 0) as e_bad
  into _t
  from unnest(_spent, _bases) with ordinality as x (spent, base, at)
  cross join lateral (select (_tasks[x.at]).*) as t
  join flowc._nodes n on n.flow_id = t.flow_id and n.node = t.node
  where x.spent and n.soft;
  runs := _t.runs; flows := _t.flows; bases := _t.bases; nodes := _t.nodes; sts := _t.sts;
  e_runs := _t.e_runs; e_flows := _t.e_flows; e_bases := _t.e_bases; e_nodes := _t.e_nodes; e_bad := _t.e_bad;

  select array_agg(t.run_id order by t.idx), array_agg(t.node order by t.idx), array_agg(x.error order by t.idx)
  into f_runs, f_nodes, f_errors
  from unnest(_spent, _errs) with ordinality as x (spent, error, at)
  cross join lateral (select (_tasks[x.at]).*) as t
  join flowc._nodes n on n.flow_id = t.flow_id and n.node = t.node
  where x.spent and not n.soft;
end
$$;
