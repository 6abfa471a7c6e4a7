-- Starts a failed or cancelled run again from where it ended: what completed or was skipped stays, the rest reopens with
-- a fresh budget of attempts; of a map only the elements without an output. Returns the run's status.
create or replace function flowc.retry_run(run_id uuid) returns text
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_memoize = off set jit = off
as $$
declare
  _bucket integer := flowc.bucket_of(run_id);
  _now    timestamptz := flowc.now();
  _run    record;
begin
  perform flowc._require_read_committed();
  select r.status, r.flow_id, r.priority into _run from flowc._runs r
  where r.bucket = _bucket and r.run_id = retry_run.run_id for no key update;
  if not found then
    raise exception 'no run %', run_id using errcode = 'FC004';
  elsif _run.status = 2 then
    raise exception 'run % has completed: there is nothing to retry', run_id using errcode = 'FC005';
  elsif _run.status > 2 then
    update flowc._runs r set status = 1, failed_node = null, error = null, ended_at = null
    where r.bucket = _bucket and r.run_id = retry_run.run_id;
    perform flowc._reopen(_bucket, _now, run_id, _run.flow_id, _run.priority);
    perform flowc._wake(_bucket, _now, 1);
  end if;
  return (select flowc._status_word(r.status) from flowc._runs r where r.bucket = _bucket and r.run_id = retry_run.run_id);
end
$$;
