-- Fails the attempts whose lease has run out, without polling; returns how many there were.
create or replace function flowc.expire_leases(bucket integer) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_memoize = off set jit = off
as $$
declare
  _now timestamptz := flowc.now();
  _e   record;
begin
  perform flowc._require_read_committed();
  select * into _e from flowc._expired(bucket, _now, null, null, null, null);
  if _e.runs is null then
    return 0;
  end if;
  perform flowc._settle(bucket, _now, _e.runs, _e.slugs, _e.idxs, _e.attempts,
    array_fill(6::smallint, array[cardinality(_e.runs)]), null, null, null, null);
  perform flowc._wake(bucket, cardinality(_e.runs));
  return cardinality(_e.runs);
end
$$;
