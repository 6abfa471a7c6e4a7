-- A worker says that it lives, what it can take (`queues` null: all), what code it runs, and for how long to believe it
-- without another word. Of its secrets only the names are kept that some flow asks for. Workers that have been silent for
-- a day are forgotten; what code they ran is known as long as a run is that they may have worked on (see prune).
create or replace function flowc.sign_in(
  bucket integer, worker_id text, handlers text[], queues text[], secrets text[], alive_for interval,
  code_version text default null)
returns void
language sql volatile security definer set search_path = pg_catalog, flowc, pg_temp
as $$
  with clock as (
    select flowc.now() as at
  ), forgotten as (
    delete from flowc._workers w using clock
    where w.bucket = sign_in.bucket and w.until < clock.at - interval '1 day' and w.worker_id <> sign_in.worker_id
  ), known as (
    update flowc._code_versions v set seen_at = clock.at from clock
    where v.worker_id = sign_in.worker_id and v.code_version = sign_in.code_version
      and v.since = (select max(o.since) from flowc._code_versions o where o.worker_id = sign_in.worker_id)
    returning true
  ), told as (
    insert into flowc._code_versions (worker_id, since, code_version, seen_at)
    select sign_in.worker_id, clock.at, sign_in.code_version, clock.at from clock
    where sign_in.code_version is not null and not exists (select from known)
    on conflict on constraint _code_versions_pkey do update set code_version = excluded.code_version
  )
  insert into flowc._workers (bucket, worker_id, handlers, queues, secrets, started_at, seen_at, until)
  select sign_in.bucket, sign_in.worker_id, sign_in.handlers, sign_in.queues,
    array(select distinct s collate "C" from flowc._needs n, unnest(n.secrets) as s where s = any(sign_in.secrets) order by 1),
    clock.at, clock.at, clock.at + sign_in.alive_for
  from clock
  on conflict on constraint _workers_pkey do update
    set (handlers, queues, secrets, seen_at, until)
      = row (excluded.handlers, excluded.queues, excluded.secrets, excluded.seen_at, excluded.until)
$$;
