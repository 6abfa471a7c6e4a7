-- Counts partial arrivals at joins; returns the joins of which the last edge has now arrived, and the runs that ended so.
create or replace function flowc._wait(
  _bucket integer, _part flowc._arrival[],
  out ended uuid[], out whole flowc._arrival[])
language plpgsql volatile
as $$
begin
  with counted as (
    insert into flowc._waits as w (bucket, run_id, node, arrived, ok, closed)
    select _bucket, a.run_id, a.node, a.n, a.ok, a.closed from unnest(_part) as a
    on conflict (bucket, run_id, node) do update
    set arrived = w.arrived + excluded.arrived, ok = w.ok + excluded.ok, closed = w.closed or excluded.closed
    returning w.run_id, w.node, w.arrived, w.ok, w.closed
  ), arrived as (
    select a.run_id, a.flow_id, a.base, a.node, c.arrived, c.ok, c.closed
    from unnest(_part) as a
    join counted c on c.run_id = a.run_id and c.node = a.node
    where c.arrived = (select e.n_in from flowc._edges e where e.flow_id = a.flow_id and e.child = a.node limit 1)
  )
  select array_agg(w.run_id) filter (where w.node = 32767),
    array_agg((w.run_id, w.flow_id, w.base, w.node, w.arrived, w.ok, w.closed)::flowc._arrival) filter (where w.node <> 32767)
  into ended, whole
  from arrived w;
end
$$;
