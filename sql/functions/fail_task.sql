-- Records a failed attempt; answers ok, already, stale or run_closed.
create or replace function flowc.fail_task(
  run_id uuid, step_slug text, task_index integer, attempt integer, error jsonb, retryable boolean default true,
  retry_at timestamptz default null)
returns text
language sql volatile
as $$
  select (flowc.fail_tasks(array[run_id], array[step_slug], array[task_index], array[attempt], array[error],
                           array[retryable], array[retry_at]))[1]
$$;
