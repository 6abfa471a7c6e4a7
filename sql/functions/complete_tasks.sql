-- Records the outputs of attempts and releases what waited for them. An answer each, in order: ok, already (this attempt
-- was counted before: a lost acknowledgement), stale (the lease went to another attempt) or run_closed.
create or replace function flowc.complete_tasks(
  run_ids uuid[], step_slugs text[], task_indexes integer[], attempts integer[], outputs jsonb[])
returns text[]
language sql volatile security definer set search_path = pg_catalog, flowc, pg_temp
as $$ select flowc._settle_all(run_ids, step_slugs, task_indexes, attempts, 1::smallint, outputs, null, null, null) $$;
