-- Counts partial arrivals at joins; returns the joins of which the last edge has now arrived, and the runs that ended so.
create or replace function flowc._wait(
  _bucket integer, _runs uuid[], _flows integer[], _bases integer[], _nodes smallint[], _ns integer[], _oks integer[],
  _closed boolean[],
  out ended uuid[],
  out runs uuid[], out flows integer[], out bases integer[], out nodes smallint[], out oks integer[], out closed boolean[])
language sql volatile
as $$
  with counted as (
    insert into flowc._waits as w (bucket, run_id, node, arrived, ok, closed)
    select _bucket, a.run_id, a.node, a.n, a.ok, a.shut
    from unnest(_runs, _nodes, _ns, _oks, _closed) as a (run_id, node, n, ok, shut)
    on conflict (bucket, run_id, node) do update
    set arrived = w.arrived + excluded.arrived, ok = w.ok + excluded.ok, closed = w.closed or excluded.closed
    returning w.run_id, w.node, w.arrived, w.ok, w.closed
  ), whole as (
    select a.run_id, a.flow_id, a.base, a.node, c.ok, c.closed
    from unnest(_runs, _flows, _bases, _nodes) as a (run_id, flow_id, base, node)
    join counted c on c.run_id = a.run_id and c.node = a.node
    where c.arrived = (select e.n_in from flowc._edges e where e.flow_id = a.flow_id and e.child = a.node limit 1)
  )
  select array_agg(run_id) filter (where node = 32767),
    array_agg(run_id) filter (where node <> 32767), array_agg(flow_id) filter (where node <> 32767),
    array_agg(base) filter (where node <> 32767), array_agg(node) filter (where node <> 32767),
    array_agg(ok) filter (where node <> 32767), array_agg(closed) filter (where node <> 32767)
  from whole
$$;
