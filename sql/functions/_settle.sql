-- Settles a batch of attempts of many runs, and all that follows from it. `_states`: 1 completed, 5 failed, 6 the lease
-- expired. Returns an answer a place, or null where all
-- is ok: null is ok, else already, run_closed or stale (the attempt was counted before; its
-- run ended; its lease went to another). The runs are locked first, in the order of their ids, by every caller.
create or replace function flowc._settle(
  _bucket integer, _now timestamptz, _runs uuid[], _slugs text[], _idxs integer[], _attempts integer[], _states smallint[],
  _outputs jsonb[], _errors jsonb[], _retryable boolean[], _retry_at timestamptz[], _blobs jsonb[] default null)
returns text[]
language plpgsql volatile
as $$
declare
  _t       record;
  _answers text[];
begin
  perform from flowc._runs r where r.bucket = _bucket and r.run_id = any(_runs) order by r.run_id for no key update;

  with taken as (
    delete from flowc._live l
    using (
      select b.at, b.state, b.output, u.base, h.ctid
      from unnest(_runs, _slugs, _idxs, _attempts, _states, _outputs) with ordinality
        as b (run_id, slug, idx, attempt, state, output, at)
      cross join lateral (select u.flow_id, u.priority as base from flowc._runs u
        where u.bucket = _bucket and u.run_id = b.run_id and u.status = 1 limit 1) as u
      cross join lateral (select n.node, n.queue, n.priority from flowc._nodes n
        where n.flow_id = u.flow_id and n.step_slug = b.slug collate "C" and n.kind < 3 limit 1) as n
      cross join lateral (select l.ctid from flowc._live l
        where l.bucket = _bucket and l.prio = -(u.base + n.priority) and l.queue = n.queue and l.flow_id = u.flow_id
          and l.run_id = b.run_id and l.node = n.node and l.idx = coalesce(b.idx, -1) and l.attempt = b.attempt
          and case when b.state = 6 then l.lease_expires_at <= _now else l.lease_expires_at is not null end limit 1) as h
    ) as t
    where l.ctid = t.ctid
    returning t.at::integer as at, t.state, t.base, t.output, l.flow_id, l.run_id, l.node, l.idx, l.attempt, l.failures,
      l.worker, l.since, case when t.state <> 1 then l end as task
  ), kept as (
    insert into flowc._done (bucket, run_id, node, idx, st, attempt, failures, worker, started_at, ended_at, output)
    select _bucket, t.run_id, t.node, t.idx, 1, t.attempt, t.failures, t.worker, t.since, _now, coalesce(t.output, 'null')
    from taken t where t.state = 1
  )
  select count(*) as n, array_agg(at) as ats,
    array_agg(run_id) filter (where state = 1 and idx < 0) as runs, array_agg(flow_id) filter (where state = 1 and idx < 0) as flows,
    array_agg(base) filter (where state = 1 and idx < 0) as bases, array_agg(node) filter (where state = 1 and idx < 0) as nodes,
    array_agg(1::smallint) filter (where state = 1 and idx < 0) as sts,
    array_agg(run_id) filter (where state = 1 and idx >= 0) as e_runs, array_agg(flow_id) filter (where state = 1 and idx >= 0) as e_flows,
    array_agg(base) filter (where state = 1 and idx >= 0) as e_bases, array_agg(node) filter (where state = 1 and idx >= 0) as e_nodes,
    array_agg(0) filter (where state = 1 and idx >= 0) as e_bad,
    array_agg(task) filter (where state <> 1) as tasks, array_agg(base) filter (where state <> 1) as t_bases,
    array_agg(at) filter (where state <> 1) as t_ats
  into _t from taken;

  if _blobs is not null then
    perform flowc._mark_blobs(_bucket, _runs, _slugs, _idxs, _attempts, _blobs);
  end if;
  if _t.n < cardinality(_runs) then
    _answers := flowc._answers(_bucket, _runs, _slugs, _idxs, _attempts, coalesce(_t.ats, '{}'));
  end if;
  if _t.tasks is not null or _t.e_runs is not null then
    perform flowc._settle_rare(_bucket, _now, _t.runs, _t.flows, _t.bases, _t.nodes, _t.sts,
      _t.e_runs, _t.e_flows, _t.e_bases, _t.e_nodes, _t.e_bad,
      _t.tasks, _t.t_bases, array(select _states[a] = 6 from unnest(_t.t_ats) as a), array(select _errors[a] from unnest(_t.t_ats) as a),
      array(select _retryable[a] from unnest(_t.t_ats) as a), array(select _retry_at[a] from unnest(_t.t_ats) as a));
  elsif _t.runs is not null then
    perform flowc._advance(_bucket, _now, _t.runs, _t.flows, _t.bases, _t.nodes, _t.sts);
  end if;
  return _answers;
end
$$;
