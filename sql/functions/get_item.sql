-- The element of a map that a poll did not bring along, because blobs stand in it, and their marks, as JSON text.
create or replace function flowc.get_item(run_id uuid, step_slug text, task_index integer, out item text, out blobs text)
language sql volatile security definer set search_path = pg_catalog, flowc, pg_temp
as $$
  select (s.source -> task_index)::text,
    flowc._marks_below(flowc._marks_of_source(r.bucket, r.run_id, r.flow_id, n.node), array[task_index::text])::text
  from flowc._runs r
  join flowc._nodes n on n.flow_id = r.flow_id and n.step_slug = get_item.step_slug collate "C" and n.kind = 1
  cross join lateral flowc._map_source(r.bucket, r.run_id, n.map_node, n.map_input, n.map_path, n.map_literal, n.map_nodes, n.map_slugs) as s
  where r.bucket = flowc.bucket_of(get_item.run_id) and r.run_id = get_item.run_id
$$;
