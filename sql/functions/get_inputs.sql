-- All that a step of a run may see: the run's input, the outputs of its dependencies, and the marks of the blobs in these
-- by slug and `input`, as JSON text. For workers whose handler names what a poll did not bring along.
create or replace function flowc.get_inputs(run_id uuid, step_slug text, out run_input text, out inputs text, out blobs text)
language sql volatile security definer set search_path = pg_catalog, flowc, pg_temp
as $$
  select r.input::text, coalesce(i.inputs, '{}')::text,
    flowc._marks_of(r.bucket, r.run_id, n.seen_nodes, n.seen_slugs)::text
  from flowc._runs r
  join flowc._nodes n on n.flow_id = r.flow_id and n.step_slug = get_inputs.step_slug collate "C" and n.kind < 2
  left join lateral (
    select jsonb_object_agg(s.slug, coalesce(d.output, 'null')) as inputs
    from unnest(n.seen_nodes, n.seen_slugs) as s (node, slug)
    left join flowc._done d on d.bucket = r.bucket and d.run_id = r.run_id and d.node = s.node and d.idx = -1 and d.st = 1
  ) as i on true
  where r.bucket = flowc.bucket_of(get_inputs.run_id) and r.run_id = get_inputs.run_id
$$;
