-- Leases up to `max_tasks` ready tasks of the handlers and secrets that a worker has, for the time of `lease`. What is
-- due expires before that.
create or replace function flowc.poll_for_tasks(
  bucket integer, worker_id text, handlers text[], max_tasks integer, lease interval,
  queues text[] default null, secrets text[] default '{}')
returns setof flowc.leased_task
language sql volatile
as $$ select * from flowc.settle_and_poll(bucket, '[]', worker_id, handlers, max_tasks, lease, queues, secrets) $$;
