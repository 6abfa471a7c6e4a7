-- Starts a run and returns its id. The same key for the same flow returns the first run's id and starts nothing.
-- The run settles as far as it can before this returns.
create or replace function flowc.start_flow(
  flow_slug text, input jsonb default '{}', run_key text default null, priority integer default 0,
  input_checked boolean default false, input_blobs jsonb default null)
returns uuid
language sql volatile
as $$ select * from flowc.start_flows(flow_slug, array[input], array[run_key], priority, input_checked,
  case when input_blobs is not null then array[input_blobs] end) $$;
