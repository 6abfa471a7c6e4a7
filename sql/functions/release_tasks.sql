-- Hands back tasks that were leased and not started: they are ready again and it costs no attempt, though the fencing
-- number stays used. An answer each: ok, stale or run_closed.
create or replace function flowc.release_tasks(
  run_ids uuid[], step_slugs text[], task_indexes integer[], attempts integer[])
returns text[]
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_memoize = off set jit = off
as $$
declare
  _now     timestamptz := flowc.now();
  _bucket  integer;
  _ats     integer[];
  _answers text[];
begin
  perform flowc._require_read_committed();
  perform flowc._require_batch(run_ids, step_slugs, task_indexes, attempts);
  foreach _bucket in array array(select distinct flowc.bucket_of(r) from unnest(run_ids) as r order by 1) loop
    perform flowc._lock_runs(_bucket, run_ids);
    with released as (
      update flowc._live l set lease_expires_at = null, worker = null, since = _now
      from flowc._held(_bucket, run_ids, step_slugs, task_indexes, attempts) as h
      where l.ctid = h.place
      returning h.at
    )
    select _ats || array_agg(at) into _ats from released;
    perform flowc._wake(_bucket, _now, cardinality(run_ids));
  end loop;
  select coalesce(array_agg(case when at = any(_ats) then 'ok' else a end order by at), '{}') into _answers
  from unnest(run_ids) with ordinality as r (id, at)
  cross join lateral (select (flowc._answers_held(flowc.bucket_of(r.id), array[r.id], '{}'))[1]) as s (a);
  return _answers;
end
$$;
