-- What has arrived at each node of each run, counted anew from what settled: the yardstick of the joins' counters.
create view flowc._arrivals as
select r.bucket, r.run_id, r.flow_id, r.status, e.child as node, count(*)::integer as n, min(e.n_in) as n_in,
  count(*) filter (where e.kind = 0 and s.st = 1)::integer as ok,
  bool_or(e.kind = 2 and s.st <> 1 or e.same_gate and s.st = 2) as closed
from flowc._runs r
join (
  select d.bucket, d.run_id, d.node, d.st from flowc._done d where d.idx = -1 and d.st < 6
  union all
  select o.bucket, o.run_id, -1, 1 from flowc._runs o
) as s on s.bucket = r.bucket and s.run_id = r.run_id
join flowc._edges e on e.flow_id = r.flow_id and e.parent = s.node
group by r.bucket, r.run_id, r.flow_id, r.status, e.child;
