-- The marks of the blobs in the run's input and in the outputs of some steps, by slug and `input`.
create or replace function flowc._marks_of(_bucket integer, _run_id uuid, _nodes smallint[], _slugs text[]) returns jsonb
language sql stable
as $$
  select jsonb_object_agg(v.name, v.blobs)
  from (
    select s.slug as name, d.blobs
    from unnest(_nodes, _slugs) as s (node, slug)
    join flowc._done d on d.bucket = _bucket and d.run_id = _run_id and d.node = s.node and d.idx = -1 and d.st = 1
    where d.blobs is not null
    union all
    select 'input', r.input_blobs from flowc._runs r
    where r.bucket = _bucket and r.run_id = _run_id and r.input_blobs is not null
  ) as v
$$;
