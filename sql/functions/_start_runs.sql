-- Starts a run for each input and returns their ids in that order: what start_flow and start_flows do.
create or replace function flowc._start_runs(
  _slug text, _inputs jsonb[], _keys text[], _priority integer, _checked boolean, _blobs jsonb[])
returns uuid[]
language plpgsql volatile
as $$
declare
  _now    timestamptz := flowc.now();
  _flow   record;
  _ids    uuid[];
  _bucket integer;
begin
  perform flowc._require_read_committed();
  if coalesce(cardinality(_keys), cardinality(_inputs)) <> cardinality(_inputs) then
    raise exception '% inputs and % run keys', cardinality(_inputs), cardinality(_keys) using errcode = 'FC006';
  elsif coalesce(cardinality(_blobs), cardinality(_inputs)) <> cardinality(_inputs) then
    raise exception '% inputs and marks of blobs for %', cardinality(_inputs), cardinality(_blobs) using errcode = 'FC006';
  elsif _priority is null or _priority not between -1000000 and 1000000 then
    raise exception 'a priority is a number from -1000000 to 1000000' using errcode = 'FC006';
  end if;
  select p.flow_id, p.input_defaults, p.plain_roots, (select count(*)::integer from flowc._buckets) as buckets,
    exists (select from flowc.retired_flows r where r.flow_slug = _slug) as retired
  into _flow
  from flowc.flows f join flowc._plans p using (flow_id) where f.flow_slug = _slug;
  if not found then
    raise exception 'flow "%" is not deployed', _slug using errcode = 'FC001', hint = 'Deploy it first (flowc deploy).';
  elsif _flow.retired then
    raise exception 'flow "%" is retired', _slug using errcode = 'FC003', hint = 'Start its successor.';
  end if;
  for _i in 1 .. cardinality(_inputs) loop
    if _keys[_i] is null then
      _ids[_i] := flowc._new_run_id(floor(random() * _flow.buckets)::integer, _now);
    else
      _ids[_i] := flowc._keyed_run_id(_slug, _keys[_i], _flow.buckets);
    end if;
    _inputs[_i] := case when jsonb_typeof(_inputs[_i]) = 'object' then _flow.input_defaults || _inputs[_i]
      else coalesce(_inputs[_i], _flow.input_defaults) end;
  end loop;

  foreach _bucket in array case _flow.buckets when 1 then '{0}' else array(select distinct flowc.bucket_of(i) from unnest(_ids) as i order by 1) end loop
    perform flowc._start(_bucket, _now, _flow.flow_id, _flow.plain_roots, _ids, _inputs, _keys, _priority,
      coalesce(_checked, false), _blobs);
  end loop;
  return _ids;
end
$$;
