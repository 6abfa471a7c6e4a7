-- The nodes of a flow: its steps with every default filled in, and an end for each branch that somebody waits for.
create or replace function flowc._plan_nodes(_flow_id integer, _slug text, _definition jsonb) returns void
language plpgsql volatile
as $$
declare
  _secrets text[] := array(select jsonb_array_elements_text(coalesce(_definition -> 'secrets', '[]')));
begin
  insert into flowc._nodes (
    flow_id, node, flow_slug, step_slug, kind, join_kind, run_if, run_unless, cond_slugs, cond_input, unmet_fails, soft,
    map_input, map_path, map_literal, max_parallel, need_id, queue, priority, max_attempts, base_delay, max_delay,
    jitter, timeout, delay, has_input)
  select _flow_id, row_number() over (order by s.step_slug) - 1, _slug, s.step_slug,
    array_position(array['task', 'map', 'branch'], s.kind) - 1,
    coalesce(array_position(array['any', 'none', 'settled'], d ->> 'join'), 0),
    c.run_if, c.run_unless, c.slugs, c.input,
    coalesce(d ->> 'on_unmet' = 'fail', false),
    coalesce(d ->> 'on_failure' = 'skip', false),
    coalesce(m.source[1] = 'input', false), m.source[2:],
    case when jsonb_typeof(d -> 'map') = 'array' then d -> 'map' end,
    (d ->> 'max_parallel')::integer,
    case when s.kind <> 'branch' then flowc._need(s.handler, _secrets) end,
    case when s.kind <> 'branch' then coalesce(d ->> 'queue', 'default') end,
    coalesce((d ->> 'priority')::integer, 0),
    coalesce((d #>> '{retry,max_attempts}')::integer, 3),
    coalesce((d #>> '{retry,base_delay}')::bigint, 1000),
    coalesce((d #>> '{retry,max_delay}')::bigint, 300000),
    coalesce((d #>> '{retry,jitter}')::double precision, 0.1),
    coalesce((d ->> 'timeout')::bigint, 60000),
    coalesce((d ->> 'delay')::bigint, 0),
    _definition ? 'input'
  from flowc.steps s
  cross join lateral (select s.definition) as def (d)
  cross join lateral (
    select case when jsonb_typeof(d -> 'map') = 'string' then string_to_array(substr(d ->> 'map', 2), '.') end
  ) as m (source)
  cross join lateral flowc._plan_conditions(d) as c
  where s.flow_slug = _slug;

  update flowc._nodes n set map_node = o.node
  from flowc.steps s, flowc._nodes o
  where s.flow_slug = _slug and jsonb_typeof(s.definition -> 'map') = 'string' and not n.map_input
    and n.flow_id = _flow_id and n.step_slug = s.step_slug
    and o.flow_id = _flow_id and o.step_slug = split_part(substr(s.definition ->> 'map', 2), '.', 1) collate "C";

  update flowc._nodes n set (map_nodes, map_slugs) = (
    select array_agg(o.node order by o.node), array_agg(o.step_slug order by o.node)
    from flowc._nodes o
    where o.flow_id = _flow_id and o.kind < 2 and o.step_slug in (select r.name from flowc._references(n.map_literal) r))
  where n.flow_id = _flow_id and n.map_literal is not null;

  insert into flowc._nodes (flow_id, node, flow_slug, step_slug, kind, join_kind)
  select _flow_id, (select count(*) from flowc.steps s where s.flow_slug = _slug) - 1 + row_number() over (order by b.step_slug),
    _slug, b.step_slug, 3, 1
  from flowc.steps b
  where b.flow_slug = _slug and b.kind = 'branch'
    and exists (select from flowc.deps d
                where d.flow_slug = _slug and d.depends_on = b.step_slug and d.kind <> 'gate');
end
$$;
