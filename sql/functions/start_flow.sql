-- Starts a run and returns its id. The same key for the same flow returns the first run's id and starts nothing.
-- The run settles as far as it can before this returns.
create or replace function flowc.start_flow(
  flow_slug text, input jsonb default '{}', run_key text default null, priority integer default 0,
  input_checked boolean default false, input_blobs jsonb default null)
returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_memoize = off set jit = off
as $$
begin
  return (flowc._start_runs(flow_slug, array[input], case when run_key is not null then array[run_key] end, priority, input_checked,
    case when input_blobs is not null then array[input_blobs] end))[1];
end
$$;
