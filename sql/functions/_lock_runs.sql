-- Locks the started runs among some, in the order of their ids: what every call that settles does first.
create or replace function flowc._lock_runs(_bucket integer, _runs uuid[]) returns void
language sql volatile
as $$
  select from flowc._runs r where r.bucket = _bucket and r.run_id = any(_runs) and r.status = 1
  order by r.run_id for no key update
$$;
