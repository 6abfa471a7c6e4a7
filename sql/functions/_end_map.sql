-- Settles a map all of whose elements have settled; returns how: completed, or handler_failed where none completed.
create or replace function flowc._end_map(_bucket integer, _now timestamptz, _run_id uuid, _node smallint, _all_bad boolean)
returns smallint
language sql volatile
as $$
  insert into flowc._done (bucket, run_id, node, idx, st, attempt, started_at, ended_at, output, blobs)
  select _bucket, _run_id, _node, -1, case when _all_bad then 5 else 1 end, 0, min(d.started_at), _now,
    case when not _all_bad then jsonb_agg(coalesce(d.output, 'null') order by d.idx) end,
    flowc._marks_of_elements(jsonb_object_agg(d.idx, d.blobs) filter (where d.blobs is not null))
  from flowc._done d
  where d.bucket = _bucket and d.run_id = _run_id and d.node = _node and d.idx >= 0
  returning st
$$;
