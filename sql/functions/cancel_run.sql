-- Ends a started run: what had not settled is cancelled, handlers at work are told at their next word. Returns the run's
-- status; an ended run stays as it is.
create or replace function flowc.cancel_run(run_id uuid, reason text default null) returns text
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_memoize = off set jit = off
as $$
declare
  _bucket integer := flowc.bucket_of(run_id);
  _status smallint;
begin
  perform flowc._require_read_committed();
  select r.status into _status from flowc._runs r
  where r.bucket = _bucket and r.run_id = cancel_run.run_id for no key update;
  if not found then
    raise exception 'no run %', run_id using errcode = 'FC004';
  elsif _status = 1 then
    perform flowc._close(_bucket, flowc.now(), run_id, 4::smallint, null,
      jsonb_build_object('class', 'Cancelled', 'message', coalesce(reason, 'the run was cancelled')));
    _status := 4;
  end if;
  return flowc._status_word(_status);
end
$$;
