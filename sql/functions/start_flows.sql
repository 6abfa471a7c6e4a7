-- Starts a run for each input and returns their ids in that order. `run_keys` is as long as `inputs`, or null; so
-- are `input_blobs`, the marks of the blobs in each.
create or replace function flowc.start_flows(
  flow_slug text, inputs jsonb[], run_keys text[] default null, priority integer default 0,
  input_checked boolean default false, input_blobs jsonb[] default null)
returns setof uuid
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_memoize = off set jit = off
as $$
declare
  _now    timestamptz := flowc.now();
  _flow   record;
  _ids    uuid[];
  _bucket integer;
begin
  perform flowc._require_read_committed();
  if coalesce(cardinality(run_keys), cardinality(inputs)) <> cardinality(inputs) then
    raise exception '% inputs and % run keys', cardinality(inputs), cardinality(run_keys) using errcode = 'FC006';
  elsif coalesce(cardinality(input_blobs), cardinality(inputs)) <> cardinality(inputs) then
    raise exception '% inputs and marks of blobs for %', cardinality(inputs), cardinality(input_blobs) using errcode = 'FC006';
  elsif priority is null or priority not between -1000000 and 1000000 then
    raise exception 'a priority is a number from -1000000 to 1000000' using errcode = 'FC006';
  end if;
  select p.flow_id, p.input_defaults, r.flow_slug is not null as retired, (select count(*)::integer from flowc._buckets) as buckets
  into _flow
  from flowc.flows f join flowc._plans p using (flow_id) left join flowc.retired_flows r on r.flow_slug = f.flow_slug
  where f.flow_slug = start_flows.flow_slug;
  if not found then
    raise exception 'flow "%" is not deployed', flow_slug using errcode = 'FC001', hint = 'Deploy it first (flowc deploy).';
  elsif _flow.retired then
    raise exception 'flow "%" is retired', flow_slug using errcode = 'FC003', hint = 'Start its successor.';
  end if;
  _ids := array(
    select case when k.key is null then flowc._new_run_id(floor(random() * _flow.buckets)::integer, _now)
      else flowc._keyed_run_id(start_flows.flow_slug, k.key, _flow.buckets) end
    from unnest(inputs, run_keys) with ordinality as k (input, key, n) order by k.n);

  for _bucket in select distinct flowc.bucket_of(i) from unnest(_ids) as i order by 1 loop
    perform flowc._start(_bucket, _now, _flow.flow_id, _flow.input_defaults, _ids, inputs, run_keys, priority, input_checked,
      input_blobs);
  end loop;
  return query select unnest(_ids);
end
$$;
