-- Derives the engine's plan of a deployed flow, once: nodes, edges, and what start, poll and the end of a run need.
-- Does nothing for a digest that is not the deployed one, and nothing the second time. No statistics know the rows that
-- were just inserted: taken for one, ten thousand steps would be joined in nested loops, each with each.
create or replace function flowc.prepare_flow(flow_slug text, digest text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
set enable_nestloop = off set jit = off
as $$
declare
  _flow_id    integer;
  _definition jsonb;
begin
  select f.flow_id, f.definition::jsonb into _flow_id, _definition
  from flowc.flows f
  where f.flow_slug = prepare_flow.flow_slug and f.digest = prepare_flow.digest
    and not exists (select from flowc._plans p where p.flow_id = f.flow_id);
  if not found then
    return;
  end if;
  if _definition ->> 'flow' is distinct from flow_slug then
    raise exception 'the definition of flow "%" says it is "%"', flow_slug, _definition ->> 'flow' using errcode = 'FC006';
  end if;
  perform flowc._plan_nodes(_flow_id, flow_slug, _definition);
  perform flowc._plan_edges(_flow_id, flow_slug);
  perform flowc._plan_inputs(_flow_id, flow_slug);
  insert into flowc._plans (flow_id, flow_slug, has_waits, has_maps, has_soft, has_input, plain_roots, input_defaults, returns, ret_nodes, ret_slugs)
  select _flow_id, prepare_flow.flow_slug,
    exists (select from flowc._edges e where e.flow_id = _flow_id and e.n_in > 1),
    exists (select from flowc._nodes n where n.flow_id = _flow_id and n.kind = 1),
    exists (select from flowc._nodes n where n.flow_id = _flow_id and n.soft),
    _definition ? 'input',
    (select bool_and(e.plain and e.child <> 32767) from flowc._edges e where e.flow_id = _flow_id and e.parent = -1),
    coalesce((select jsonb_object_agg(key, value -> 'default') from jsonb_each(flowc._object(_definition #> '{input,properties}'))
              where jsonb_typeof(value) = 'object' and value ? 'default'), '{}'),
    _definition -> 'returns',
    coalesce(array_agg(n.node order by n.node), '{}'),
    coalesce(array_agg(n.step_slug order by n.node), '{}')
  from flowc._nodes n
  where n.flow_id = _flow_id and n.kind < 2
    and case when _definition ? 'returns'
          then n.step_slug in (select r.name from flowc._references(_definition -> 'returns') r)
          else not exists (select from flowc._edges e where e.flow_id = _flow_id and e.parent = n.node and e.child <> 32767)
        end;
end
$$;
