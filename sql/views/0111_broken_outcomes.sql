-- Steps that were skipped, or were not, against what their gate, their join and their condition say.
create view flowc._broken_outcomes as
select 'a step is skipped just where its branch, its join or its condition says so' as invariant, a.run_id, a.node,
  format('%s, where %s of %s completed, the branch is %s and the condition is %s', coalesce(
      (array['completed', 'branch_skipped', 'dependency_skipped', 'condition_unmet', 'handler_failed', 'cancelled', 'failed'])[d.st], 'a task'),
    a.ok, n.n_join, case when a.closed then 'skipped' else 'open' end, case when c.met then 'met' else 'not met' end) as detail
from flowc._arrivals a
join flowc._nodes n on n.flow_id = a.flow_id and n.node = a.node
left join flowc._done d on d.bucket = a.bucket and d.run_id = a.run_id and d.node = a.node and d.idx = -1
cross join lateral (select
  case n.join_kind when 0 then a.ok = n.n_join when 1 then a.ok > 0 when 2 then a.ok = 0 else true end) as j (satisfied)
cross join lateral (select n.cond_nodes is null or a.closed or not j.satisfied or (
    select (n.run_if is null or coalesce(v.doc @> any(n.run_if), false))
       and (n.run_unless is null or not coalesce(v.doc @> any(n.run_unless), false))
    from (
      select coalesce(jsonb_object_agg(s.slug, coalesce(o.output, 'null')), '{}')
        || case when n.cond_input then jsonb_build_object('input', (
             select r.input from flowc._runs r where r.bucket = a.bucket and r.run_id = a.run_id)) else '{}' end
      from unnest(n.cond_nodes, n.cond_slugs) as s (node, slug)
      join flowc._done o on o.bucket = a.bucket and o.run_id = a.run_id and o.node = s.node and o.idx = -1 and o.st = 1
    ) as v (doc))) as c (met)
left join flowc._done m on m.bucket = a.bucket and m.run_id = a.run_id and m.node = n.map_node and m.idx = -1 and m.st = 1
where a.n = a.n_in and (d.st is not null or a.status = 1) and case
    when a.closed then d.st is distinct from 2
    when not j.satisfied then d.st is distinct from 3
    when not c.met then d.st is distinct from case when n.unmet_fails then 7 else 4 end
    when n.map_node is not null and m.node is null then d.st is distinct from 3
    else d.st between 2 and 4 end
union all
select 'a step that is skipped has no task', d.run_id, d.node, format('settled as %s, %s tasks', d.st, x.tasks)
from flowc._done d
cross join lateral (
  select d.attempt + (select count(*) from flowc._errors e
    where e.bucket = d.bucket and e.run_id = d.run_id and e.node = d.node)) as x (tasks)
where d.idx = -1 and d.st between 2 and 4 and x.tasks > 0
union all
select 'a step that has settled has no task', t.run_id, t.node, format('attempt %s', t.attempt)
from flowc._tasks t
join flowc._done d on d.bucket = t.bucket and d.run_id = t.run_id and d.node = t.node and d.idx = -1 and d.st <> 6;
