-- Maps whose counters are not what they count, whose window is not full, or whose output is not their elements'.
create view flowc._broken_maps as
select 'a map has counted its elements' as invariant, m.run_id, m.node,
  format('total %s, remaining %s, opened %s, failed %s; settled %s, failed %s, at work %s, %s of them below %s',
    m.total, m.remaining, m.opened, m.bad, d.settled, d.bad, t.tasks, t.below + d.below, m.opened) as detail
from flowc._maps m
join flowc._runs r on r.bucket = m.bucket and r.run_id = m.run_id
join flowc._nodes n on n.flow_id = r.flow_id and n.node = m.node
cross join lateral (
  select count(*) as settled, count(*) filter (where d.st = 5) as bad, count(*) filter (where d.idx < m.opened) as below
  from flowc._done d where d.bucket = m.bucket and d.run_id = m.run_id and d.node = m.node and d.idx >= 0 and d.st < 6) as d
left join (
  select t.bucket, t.run_id, t.node, count(*) as tasks, max(t.idx) as last from flowc._tasks t where t.idx >= 0 group by 1, 2, 3
) as w on w.bucket = m.bucket and w.run_id = m.run_id and w.node = m.node
cross join lateral (select coalesce(w.tasks, 0), case when coalesce(w.last, -1) < m.opened then coalesce(w.tasks, 0) end) as t (tasks, below)
where (m.remaining, m.bad, m.opened) is distinct from (m.total - d.settled, d.bad, t.below + d.below)
   or m.opened > m.total or t.tasks <> least(coalesce(n.max_parallel, m.remaining), m.remaining)
union all
select 'an element at work belongs to a map at work', t.run_id, t.node, format('index %s', t.idx)
from flowc._tasks t
join flowc._nodes n on n.flow_id = t.flow_id and n.node = t.node
left join flowc._maps m on m.bucket = t.bucket and m.run_id = t.run_id and m.node = t.node
where n.kind > 1 or (n.kind = 1) <> (t.idx >= 0) or n.kind = 1 and (m.node is null or t.idx >= m.total)
union all
select 'the output of a map is that of each of its elements', d.run_id, d.node,
  format('%s in the output, %s elements', o.n, e.elements)
from flowc._done d
join flowc._runs r on r.bucket = d.bucket and r.run_id = d.run_id
join flowc._nodes n on n.flow_id = r.flow_id and n.node = d.node and n.kind = 1
cross join lateral (select case jsonb_typeof(d.output) when 'array' then jsonb_array_length(d.output) end) as o (n)
cross join lateral (
  select count(*) as elements, bool_and(e.st in (1, 5) and e.output is not distinct from nullif(d.output -> e.idx, case when e.st = 5 then 'null'::jsonb end)) as same
  from flowc._done e where e.bucket = d.bucket and e.run_id = d.run_id and e.node = d.node and e.idx >= 0) as e
where d.idx = -1 and d.st = 1 and (o.n is distinct from e.elements or not e.same);
