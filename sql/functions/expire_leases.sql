-- Fails the attempts whose lease has run out, without polling; returns how many there were.
create or replace function flowc.expire_leases(bucket integer) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_memoize = off set jit = off
as $$
declare
  _now     timestamptz := flowc.now();
  _e       record;
  _answers text[];
begin
  perform flowc._require_read_committed();
  select * into _e from flowc._expired(bucket, _now, null, null, null, null);
  if _e.runs is null then
    return 0;
  end if;
  _answers := (flowc._settle(bucket, _now, _e.runs, _e.slugs, _e.idxs, _e.attempts,
    array_fill(6::smallint, array[cardinality(_e.runs)]), null, null, null, null)).answers;
  perform flowc._wake(bucket, _now, cardinality(_e.runs));
  -- Some were settled or extended by others between the look and the lock.
  return cardinality(_e.runs) - cardinality(array_remove(coalesce(_answers, '{}'), null));
end
$$;
