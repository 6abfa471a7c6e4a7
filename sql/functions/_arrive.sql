-- Travels the edges that leave a frontier. Plain tasks whose edges have all arrived and completed become ready here,
-- without a look at their nodes; `whole`: the other nodes that all edges have come to, to be evaluated; `part`: those that
-- still miss some; `ended`: the runs that have come to their end.
create or replace function flowc._arrive(
  _bucket integer, _now timestamptz, _runs uuid[], _flows integer[], _bases integer[], _nodes smallint[], _sts smallint[],
  out ended uuid[], out whole flowc._arrival[], out part flowc._arrival[])
language plpgsql volatile
as $$
begin
  with arrivals as (
    select *, case when n < n_in then 0 when child = 32767 then 2 when plain and ok = n_join and not shut then 1 else 3 end as way
    from (
      select f.run_id, f.flow_id, e.child, min(f.base) as base, count(*)::integer as n,
        count(*) filter (where e.kind = 0 and f.st = 1)::integer as ok,
        bool_or(e.kind = 2 and f.st <> 1 or e.same_gate and f.st = 2) as shut,
        min(e.n_in) as n_in, min(e.n_join) as n_join, bool_and(e.plain) as plain, min(e.queue) as queue,
        min(e.priority) as priority, min(e.max_attempts) as max_attempts, min(e.need_id) as need_id
      from unnest(_runs, _flows, _bases, _nodes, _sts) as f (run_id, flow_id, base, node, st)
      cross join lateral (select * from flowc._edges e where e.flow_id = f.flow_id and e.parent = f.node offset 0) as e
      group by f.run_id, f.flow_id, e.child
    ) as a
  ), ready as (
    insert into flowc._live (bucket, prio, queue, flow_id, run_id, node, idx, need_id, max_attempts, since)
    select _bucket, -(base + priority), queue, flow_id, run_id, child, -1, need_id, max_attempts, _now
    from arrivals where way = 1
  )
  select array_agg(run_id) filter (where way = 2),
    array_agg((run_id, flow_id, base, child, n, ok, shut)::flowc._arrival) filter (where way = 3),
    array_agg((run_id, flow_id, base, child, n, ok, shut)::flowc._arrival) filter (where way = 0)
  into ended, whole, part
  from arrivals where way <> 1;
end
$$;
