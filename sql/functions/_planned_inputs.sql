-- The outputs that a poll brings for a step, and the one field of each where `with` reads no more than one.
create or replace function flowc._planned_inputs(_flow_id integer, _step_slug text, _with jsonb)
returns table (node smallint, step_slug text, key text)
language sql stable
as $$
  select n.node, n.step_slug,
    case when count(distinct r.path[1]) = 1 and bool_and(r.path[1] is not null and r.path[1] !~ '^[0-9]+$') then min(r.path[1]) end
  from flowc._references(_with) r
  join flowc._nodes n on n.flow_id = _flow_id and n.step_slug = r.name collate "C" and n.kind < 2
  where _with is not null
  group by n.node, n.step_slug
  union all
  select o.node, o.step_slug, null
  from flowc._nodes n
  join flowc._nodes o on o.flow_id = _flow_id and o.node = any(n.seen_nodes)
  where n.flow_id = _flow_id and n.step_slug = _step_slug collate "C" and n.kind = 0 and _with is null
$$;
