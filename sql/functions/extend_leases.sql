-- Extends leases to now + `lease`, never beyond the attempt's timeout plus one lease. An answer each: ok, stale or run_closed.
create or replace function flowc.extend_leases(
  bucket integer, worker_id text, run_ids uuid[], step_slugs text[], task_indexes integer[], attempts integer[], lease interval)
returns text[]
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_memoize = off set jit = off
as $$
declare
  _now timestamptz := flowc.now();
  _ats integer[];
begin
  perform flowc._require_read_committed();
  perform flowc._require_batch(run_ids, step_slugs, task_indexes, attempts);
  perform flowc._require_lease(worker_id, lease);
  perform flowc._lock_runs(extend_leases.bucket, run_ids);
  with extended as (
    update flowc._live l
    set lease_expires_at = least(_now + extend_leases.lease, l.since + h.timeout * interval '1 millisecond' + extend_leases.lease)
    from flowc._held(extend_leases.bucket, run_ids, step_slugs, task_indexes, attempts) as h
    where l.ctid = h.place and l.worker = extend_leases.worker_id
    returning h.at
  )
  select array_agg(at) into _ats from extended;
  return flowc._answers_held(extend_leases.bucket, run_ids, _ats);
end
$$;
