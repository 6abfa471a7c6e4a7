-- A worker says that it takes no more tasks.
create or replace function flowc.sign_out(bucket integer, worker_id text) returns void
language sql volatile security definer set search_path = pg_catalog, flowc, pg_temp
as $$
  delete from flowc._workers w where w.bucket = sign_out.bucket and w.worker_id = sign_out.worker_id
$$;
