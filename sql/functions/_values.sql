-- One object of the outputs of those among some steps that completed, and of the run's input where asked for. A step that
-- did not complete is absent, never null.
create or replace function flowc._values(_bucket integer, _run_id uuid, _nodes smallint[], _slugs text[], _input boolean)
returns jsonb
language plpgsql volatile
as $$
declare
  _values jsonb;
begin
  select coalesce(jsonb_object_agg(s.slug, d.output), '{}') into _values
  from unnest(_nodes, _slugs) as s (node, slug)
  cross join lateral (select coalesce(d.output, 'null') as output from flowc._done d
                      where d.bucket = _bucket and d.run_id = _run_id and d.node = s.node and d.idx = -1 and d.st = 1 limit 1) as d;
  if _input then
    select _values || jsonb_build_object('input', r.input) into _values
    from flowc._runs r where r.bucket = _bucket and r.run_id = _run_id;
  end if;
  return _values;
end
$$;
