-- A worker says that it is going to sleep, so that it is woken (NOTIFY flowc, payload: its id). It looks once more
-- after this, before it sleeps: what became ready in between would wake nobody. `handlers`: what it could take.
create or replace function flowc.sleep(bucket integer, worker_id text, until timestamptz, handlers text[] default '{}')
returns void
language sql volatile security definer set search_path = pg_catalog, flowc, pg_temp
as $$
  insert into flowc._sleepers (bucket, worker_id, until, handlers)
  values (sleep.bucket, sleep.worker_id, sleep.until, sleep.handlers)
  on conflict on constraint _sleepers_pkey do update set until = excluded.until, handlers = excluded.handlers
$$;
