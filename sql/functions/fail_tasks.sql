-- Records failed attempts: each is retried after its wait (or at `retry_ats`), or, out of attempts or not retryable, its
-- step is skipped or its run fails. The same answers as complete_tasks.
create or replace function flowc.fail_tasks(
  run_ids uuid[], step_slugs text[], task_indexes integer[], attempts integer[], errors jsonb[],
  retryables boolean[] default null, retry_ats timestamptz[] default null)
returns text[]
language sql volatile security definer set search_path = pg_catalog, flowc, pg_temp
as $$ select flowc._settle_all(run_ids, step_slugs, task_indexes, attempts, 5::smallint, null, errors, retryables, retry_ats) $$;
