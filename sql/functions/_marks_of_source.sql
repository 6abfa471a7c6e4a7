-- The marks of the blobs in what a map goes over, as places in that array.
create or replace function flowc._marks_of_source(_bucket integer, _run_id uuid, _flow_id integer, _node smallint) returns jsonb
language sql volatile
as $$
  select case
    when n.map_literal is not null then flowc._blob_places(n.map_literal, flowc._marks_of(_bucket, _run_id, n.map_nodes, n.map_slugs))
    when n.map_input then flowc._marks_below(
      (select r.input_blobs from flowc._runs r where r.bucket = _bucket and r.run_id = _run_id), n.map_path)
    else flowc._marks_below(
      (select d.blobs from flowc._done d where d.bucket = _bucket and d.run_id = _run_id and d.node = n.map_node and d.idx = -1 and d.st = 1),
      n.map_path) end
  from flowc._nodes n where n.flow_id = _flow_id and n.node = _node
$$;
