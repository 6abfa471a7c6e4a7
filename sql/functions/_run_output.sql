-- The output of a run that completed: `returns`, or else the outputs of the steps that nobody depends on, by slug. All
-- keys are there, null where a step has no output.
create or replace function flowc._run_output(
  _bucket integer, _run_id uuid, _returns jsonb, _nodes smallint[], _slugs text[], _input jsonb)
returns jsonb
language plpgsql volatile
as $$
declare
  _values jsonb;
begin
  select coalesce(jsonb_object_agg(s.slug, coalesce(d.output, 'null')), '{}') into _values
  from unnest(_nodes, _slugs) as s (node, slug)
  left join lateral (select d.output from flowc._done d
    where d.bucket = _bucket and d.run_id = _run_id and d.node = s.node and d.idx = -1 and d.st = 1 limit 1) as d on true;
  if _returns is null then
    return _values;
  end if;
  return flowc._resolve(_returns, _values || jsonb_build_object('input', _input));
end
$$;
