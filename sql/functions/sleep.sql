-- A worker says that it is going to sleep, so that it is woken (NOTIFY flowc, payload: its id). It looks once more
-- after this, before it sleeps: what became ready in between would wake nobody.
create or replace function flowc.sleep(bucket integer, worker_id text, until timestamptz) returns void
language sql volatile security definer set search_path = pg_catalog, flowc, pg_temp
as $$
  delete from flowc._sleepers s where s.bucket = sleep.bucket and s.until < flowc.now() - interval '1 minute';
  insert into flowc._sleepers (bucket, worker_id, until) values (sleep.bucket, sleep.worker_id, sleep.until)
  on conflict on constraint _sleepers_pkey do update set until = excluded.until
$$;
