-- Joins that counted wrong, began too early, or were lost.
create view flowc._broken_joins as
with arrivals as materialized (
  select * from flowc._arrivals
), begun as (
  select d.bucket, d.run_id, d.node from flowc._done d
  union select t.bucket, t.run_id, t.node from flowc._tasks t
  union select m.bucket, m.run_id, m.node from flowc._maps m
)
select 'a join has counted what has arrived' as invariant, coalesce(w.run_id, a.run_id) as run_id, coalesce(w.node, a.node) as node,
  format('counted %s, completed %s, closed %s; arrived %s, completed %s, closed %s',
    w.arrived, w.ok, w.closed, a.n, a.ok, a.closed) as detail
from flowc._waits w
full join (select * from arrivals where status = 1) as a on a.bucket = w.bucket and a.run_id = w.run_id and a.node = w.node
where case when w.node is null then a.n < a.n_in
  else (w.arrived, w.ok, w.closed) is distinct from (a.n, a.ok, a.closed) end
union all
select 'a step begins when all that it waits for has settled', b.run_id, b.node,
  format('%s of %s have settled', coalesce(a.n, 0), e.n_in)
from begun b
join flowc._runs r on r.bucket = b.bucket and r.run_id = b.run_id
cross join lateral (select e.n_in from flowc._edges e where e.flow_id = r.flow_id and e.child = b.node limit 1) as e
left join arrivals a on a.bucket = b.bucket and a.run_id = b.run_id and a.node = b.node
where a.n is distinct from e.n_in
union all
select 'a step begins once all that it waits for has settled', a.run_id, a.node, format('%s have settled, and nothing followed', a.n)
from arrivals a
where a.status = 1 and a.n = a.n_in
  and not exists (select from begun b where b.bucket = a.bucket and b.run_id = a.run_id and b.node = a.node);
