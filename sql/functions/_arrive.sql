-- Travels the edges that leave a frontier. Plain tasks whose edges have all arrived and completed become ready here,
-- without a look at their nodes; the other nodes with all edges are returned to be evaluated, those with some in part_*.
create or replace function flowc._arrive(
  _bucket integer, _now timestamptz, _runs uuid[], _flows integer[], _bases integer[], _nodes smallint[], _sts smallint[],
  out ended uuid[],
  out runs uuid[], out flows integer[], out bases integer[], out nodes smallint[], out oks integer[], out closed boolean[],
  out part_runs uuid[], out part_flows integer[], out part_bases integer[], out part_nodes smallint[],
  out part_ns integer[], out part_oks integer[], out part_closed boolean[])
language plpgsql volatile
as $$
declare
  _go record;
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
  select
    array_agg(run_id) filter (where way = 2) as ended,
    array_agg(run_id) filter (where way = 3) as e_runs, array_agg(flow_id) filter (where way = 3) as e_flows,
    array_agg(base) filter (where way = 3) as e_bases, array_agg(child) filter (where way = 3) as e_nodes,
    array_agg(ok) filter (where way = 3) as e_oks, array_agg(shut) filter (where way = 3) as e_closed,
    array_agg(run_id) filter (where way = 0) as p_runs, array_agg(flow_id) filter (where way = 0) as p_flows,
    array_agg(base) filter (where way = 0) as p_bases, array_agg(child) filter (where way = 0) as p_nodes,
    array_agg(n) filter (where way = 0) as p_ns, array_agg(ok) filter (where way = 0) as p_oks,
    array_agg(shut) filter (where way = 0) as p_closed
  into _go
  from arrivals where way <> 1;

  ended := _go.ended;
  runs := _go.e_runs; flows := _go.e_flows; bases := _go.e_bases; nodes := _go.e_nodes; oks := _go.e_oks; closed := _go.e_closed;
  part_runs := _go.p_runs; part_flows := _go.p_flows; part_bases := _go.p_bases; part_nodes := _go.p_nodes;
  part_ns := _go.p_ns; part_oks := _go.p_oks; part_closed := _go.p_closed;
end
$$;
