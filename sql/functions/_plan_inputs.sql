-- What a poll brings along for each step: with `with`, what it refers to; without, everything that the handler may
-- name. An element of a map without `with` brings nothing: the worker asks get_inputs for what its handler names.
create or replace function flowc._plan_inputs(_flow_id integer, _slug text) returns void
language plpgsql volatile
as $$
begin
  with recursive around (step_slug, holder) as (
    select s.step_slug, s.step_slug from flowc.steps s where s.flow_slug = _slug and s.kind <> 'branch'
    union
    select a.step_slug, s.branch from around a
    join flowc.steps s on s.flow_slug = _slug and s.step_slug = a.holder where s.branch is not null
  ), seen as (
    select a.step_slug, array_agg(distinct n.node order by n.node) as nodes, array_agg(distinct n.step_slug order by n.step_slug) as slugs
    from around a
    join flowc.deps d on d.flow_slug = _slug and d.step_slug = a.holder and d.kind <> 'gate'
    join flowc._nodes n on n.flow_id = _flow_id and n.step_slug = d.depends_on and n.kind < 2
    group by a.step_slug
  )
  update flowc._nodes n
  set seen_nodes = seen.nodes, seen_slugs = seen.slugs -- in one order: nodes are numbered by their slugs
  from seen where n.flow_id = _flow_id and n.step_slug = seen.step_slug and n.kind < 2;

  update flowc._nodes n
  set sees_errors = coalesce(
        n.seen_nodes && (select array_agg(o.node) from flowc._nodes o where o.flow_id = _flow_id and o.soft), false),
      needs_input = w.template is null and n.kind = 0
                    or exists (select from flowc._references(w.template) r where r.name = 'input'),
      needs_nodes = i.nodes, needs_keys = i.keys, needs_before = i.before, needs_after = i.after
  from flowc.steps s
  cross join lateral (select s.definition -> 'with') as w (template)
  cross join lateral (
    select array_agg(o.node order by o.node), array_agg(o.key order by o.node),
           array_agg(to_json(o.step_slug) || ':' || coalesce('{' || to_json(o.key) || ':', '') order by o.node),
           array_agg(case when o.key is null then '' else '}' end order by o.node)
    from flowc._planned_inputs(_flow_id, s.step_slug, w.template) as o
  ) as i (nodes, keys, before, after)
  where s.flow_slug = _slug and n.flow_id = _flow_id and n.step_slug = s.step_slug and n.kind < 2;
end
$$;
