-- Whether a step's conditions are met: some pattern of run_if and none of run_unless is contained (`@>`) in the object
-- of the run's input and the outputs of the steps that completed. A step that did not complete is absent, never null.
create or replace function flowc._is_met(
  _bucket integer, _run_id uuid, _nodes smallint[], _slugs text[], _input boolean, _run_if jsonb[], _run_unless jsonb[])
returns boolean
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
  return (_run_if is null or (_values @> any(_run_if)) is true)
     and (_run_unless is null or (_values @> any(_run_unless)) is not true);
end
$$;
