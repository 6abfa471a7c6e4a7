-- The outputs that a poll brings for a step, and the one field of each where `with` reads no more than one.
create or replace function flowc._planned_inputs(_flow_id integer, _step_slug text, _with jsonb)
returns table (node smallint, step_slug text, key text)
language sql stable
as $$
  select n.node, n.step_slug,
    case when count(distinct r.path[1]) = 1 and bool_and(r.path[1] is not null and r.path[1] !~ '^[0-9]+$') then min(r.path[1]) end
  from flowc._references(_with) r
  cross join lateral (select * from flowc._nodes n
    where n.flow_id = _flow_id and n.step_slug = r.name collate "C" and n.kind < 2 limit 1) as n
  where _with is not null
  group by n.node, n.step_slug
  union all
  select s.node, s.slug, null
  from (select * from flowc._nodes n
    where n.flow_id = _flow_id and n.step_slug = _step_slug collate "C" and n.kind = 0 and _with is null limit 1) as n
  cross join lateral unnest(n.seen_nodes, n.seen_slugs) as s (node, slug)
$$;
