-- What becomes of nodes whose edges have all arrived, in the order gate, join, condition, map source. st: 0 a task to
-- do; 1 completed (a gate opens, an end ends, a map over [] has its output); 2 branch_skipped, 3 dependency_skipped,
-- 4 condition_unmet, 5 handler_failed (no array to map over, softly); 7 the same, not softly; 8 a map to open, 9 the condition fails the run.
create or replace function flowc._evaluate(_bucket integer, _whole flowc._arrival[])
returns table (run_id uuid, flow_id integer, base integer, node smallint, st smallint, source jsonb)
language sql volatile
as $$
  select a.run_id, a.flow_id, a.base, a.node, v.st::smallint, case when v.st in (1, 5, 7, 8) then m.source end
  from unnest(_whole) as a
  cross join lateral (select * from flowc._nodes n where n.flow_id = a.flow_id and n.node = a.node limit 1) as n
  cross join lateral (select
    case n.join_kind when 0 then a.ok = n.n_join when 1 then a.ok > 0 when 2 then a.ok = 0 else true end) as j (satisfied)
  left join lateral (select flowc._is_met(_bucket, a.run_id, n.cond_nodes, n.cond_slugs, n.cond_input, n.run_if, n.run_unless) as met
    where n.cond_nodes is not null and j.satisfied and not a.closed) as c on true
  left join lateral flowc._map_source(_bucket, a.run_id, n.map_node, n.map_input, n.map_path, n.map_literal, n.map_nodes, n.map_slugs) as m
    on n.kind = 1 and j.satisfied and not a.closed and c.met is not false
  cross join lateral (select case
    when a.closed then 2
    when not j.satisfied then 3
    when c.met is false then case when n.unmet_fails then 9 else 4 end
    when n.kind > 1 then 1
    when n.kind = 0 then 0
    when not m.present then 3
    when jsonb_typeof(m.source) = 'array' then case when jsonb_array_length(m.source) = 0 then 1 else 8 end
    when n.soft then 5
    else 7 end) as v (st)
$$;
