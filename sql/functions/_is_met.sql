-- Whether a step's conditions are met: some pattern of run_if and none of run_unless is contained (`@>`) in the object
-- of the run's input and the outputs of the steps that completed. A step that did not complete is absent, never null.
create or replace function flowc._is_met(
  _bucket integer, _run_id uuid, _nodes smallint[], _slugs text[], _input boolean, _run_if jsonb[], _run_unless jsonb[])
returns boolean
language plpgsql volatile
as $$
declare
  _values jsonb := flowc._values(_bucket, _run_id, _nodes, _slugs, _input);
begin
  return (_run_if is null or (_values @> any(_run_if)) is true)
     and (_run_unless is null or (_values @> any(_run_unless)) is not true);
end
$$;
