-- When a poll of this bucket may find something without anybody waking it: the end of a delay, a retry's wait or a
-- lease. Null: never.
create or replace function flowc.next_due(bucket integer) returns timestamptz
language sql volatile security definer set search_path = pg_catalog, flowc, pg_temp
as $$
  select least(
    (select min(l.due) from flowc._later l where l.bucket = next_due.bucket),
    (select min(l.lease_expires_at) from flowc._live l where l.bucket = next_due.bucket))
$$;
