-- Settles a batch of attempts of many runs, and all that follows from it. `_states`: 1 completed, 5 failed, 6 the lease
-- expired. `answers` has one a place, or is null where all is ok: null is ok, else already, run_closed or stale (the
-- attempt was counted before; its run ended; its lease went to another). The runs are locked first, in the order of
-- their ids, by every caller. `_heir`: a worker that is handed the one task which only waited for a completed one, in the
-- same row, ready and leased at once; `h_*` are those tasks. No run then has two results in the batch: the other might fail it.
create or replace function flowc._settle(
  _bucket integer, _now timestamptz, _runs uuid[], _slugs text[], _idxs integer[], _attempts integer[], _states smallint[],
  _outputs jsonb[], _errors jsonb[], _retryable boolean[], _retry_at timestamptz[], _blobs jsonb[] default null,
  _heir flowc._heir default null, out answers text[], out h_runs uuid[], out h_nodes smallint[])
language plpgsql volatile
as $$
declare
  _t   record;
  _sts smallint[];
begin
  perform from flowc._runs r where r.bucket = _bucket and r.run_id = any(_runs) order by r.run_id for no key update;

  with hit as materialized (
    select b.at::integer as at, b.state, b.output, b.run_id, b.attempt, u.base, n.node, h.ctid, h.failures, h.worker, h.since,
      n.next_node, n.next_need_id, n.next_max_attempts, (b.state = 1 and n.next_need_id = any((_heir).needs)) is true as onward
    from unnest(_runs, _slugs, _idxs, _attempts, _states, _outputs) with ordinality
      as b (run_id, slug, idx, attempt, state, output, at)
    cross join lateral (select u.flow_id, u.priority as base from flowc._runs u
      where u.bucket = _bucket and u.run_id = b.run_id and u.status = 1 limit 1) as u
    cross join lateral (select * from flowc._nodes n
      where n.flow_id = u.flow_id and n.step_slug = b.slug collate "C" and n.kind < 3 limit 1) as n
    cross join lateral (select * , l.ctid from flowc._live l
      where l.bucket = _bucket and l.prio = -(u.base + n.priority) and l.queue = n.queue and l.flow_id = u.flow_id
        and l.run_id = b.run_id and l.node = n.node and l.idx = coalesce(b.idx, -1) and l.attempt = b.attempt
        and case when b.state = 6 then l.lease_expires_at <= _now else l.lease_expires_at is not null end limit 1) as h
  ), handed as (
    update flowc._live l
    set node = t.next_node, need_id = t.next_need_id, max_attempts = t.next_max_attempts, attempt = 1, failures = 0,
      since = _now, lease_expires_at = (_heir).until, worker = (_heir).worker
    from hit t where t.onward and l.ctid = t.ctid
    returning t.at, t.output, t.run_id, t.node, t.attempt, t.failures, t.worker, t.since, t.next_node
  ), taken as (
    delete from flowc._live l
    using hit t where not t.onward and l.ctid = t.ctid
    returning t.at, t.state, t.base, t.output, l.flow_id, l.run_id, l.node, l.idx, l.attempt, l.failures,
      l.worker, l.since, case when t.state <> 1 then l end as task
  ), kept as (
    insert into flowc._done (bucket, run_id, node, idx, st, attempt, failures, worker, started_at, ended_at, output)
    select _bucket, t.run_id, t.node, t.idx, 1, t.attempt, t.failures, t.worker, t.since, _now, coalesce(t.output, 'null')
    from (
      select run_id, node, idx, attempt, failures, worker, since, output from taken where state = 1
      union all
      select run_id, node, -1, attempt, failures, worker, since, output from handed) as t
  )
  select array_agg(at) as ats,
    array_agg(run_id) filter (where plain) as runs, array_agg(flow_id) filter (where plain) as flows,
    array_agg(base) filter (where plain) as bases, array_agg(node) filter (where plain) as nodes,
    array_agg((at, state, base, flow_id, run_id, node, idx, task)::flowc._taken) filter (where not plain) as rare,
    array_agg(run_id) filter (where plain is null) as h_runs, array_agg(node) filter (where plain is null) as h_nodes
  into _t
  from (
    select state = 1 and idx < 0 as plain, at, state, base, flow_id, run_id, node, idx, task from taken
    union all
    select null, at, null, null, null, run_id, next_node, null, null from handed) as t;
  h_runs := _t.h_runs; h_nodes := _t.h_nodes;

  if _blobs is not null then
    perform flowc._mark_blobs(_bucket, _runs, _slugs, _idxs, _attempts, _blobs);
  end if;
  if coalesce(cardinality(_t.ats), 0) < cardinality(_runs) then
    answers := flowc._answers(_bucket, _runs, _slugs, _idxs, _attempts, coalesce(_t.ats, '{}'));
  end if;
  _sts := array_fill(1::smallint, array[coalesce(cardinality(_t.runs), 0)]);
  if _t.rare is not null then
    perform flowc._settle_rare(_bucket, _now, _t.runs, _t.flows, _t.bases, _t.nodes, _sts, _t.rare, _errors, _retryable, _retry_at);
  elsif _t.runs is not null then
    perform flowc._advance(_bucket, _now, _t.runs, _t.flows, _t.bases, _t.nodes, _sts);
  end if;
end
$$;
