-- Starts a run for each input and returns their ids in that order. `run_keys` is as long as `inputs`, or null; so
-- are `input_blobs`, the marks of the blobs in each.
create or replace function flowc.start_flows(
  flow_slug text, inputs jsonb[], run_keys text[] default null, priority integer default 0,
  input_checked boolean default false, input_blobs jsonb[] default null)
returns setof uuid
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_memoize = off set jit = off
as $$
begin
  return query select unnest(flowc._start_runs(flow_slug, inputs, run_keys, priority, input_checked, input_blobs));
end
$$;
