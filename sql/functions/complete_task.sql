-- Records the output of an attempt and releases what waited for it; answers ok, already, stale or run_closed.
create or replace function flowc.complete_task(run_id uuid, step_slug text, task_index integer, attempt integer, output jsonb)
returns text
language sql volatile
as $$ select (flowc.complete_tasks(array[run_id], array[step_slug], array[task_index], array[attempt], array[output]))[1] $$;
