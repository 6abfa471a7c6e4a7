-- Ends a started run that did not complete, in one step: what had not settled is over, whoever works on it. Attempts
-- under way leave a row, so that their late words are known and a retry's attempt numbers go on. Sleeping tasks go
-- first: a poll may just be moving one to the live ones, and this waits for that poll and then sees it there.
create or replace function flowc._close(
  _bucket integer, _now timestamptz, _run_id uuid, _status smallint, _failed_node smallint, _error jsonb)
returns void
language plpgsql volatile
as $$
declare
  _flow_id integer;
  _base    integer;
  _place   record;
begin
  update flowc._runs r set status = _status, failed_node = _failed_node, error = _error, ended_at = _now
  where r.bucket = _bucket and r.run_id = _run_id
  returning r.flow_id, r.priority into _flow_id, _base;

  with gone as (
    delete from flowc._later l where l.bucket = _bucket and l.run_id = _run_id
    returning l.node, l.idx, l.attempt, l.failures
  )
  insert into flowc._done (bucket, run_id, node, idx, st, attempt, failures, ended_at)
  select _bucket, _run_id, g.node, g.idx, 6, g.attempt, g.failures, _now from gone g where g.attempt > 0;

  for _place in
    select distinct n.queue, -(_base + n.priority) as prio from flowc._nodes n where n.flow_id = _flow_id and n.kind < 2
  loop
    with gone as (
      delete from flowc._live l
      where l.bucket = _bucket and l.prio = _place.prio and l.queue = _place.queue and l.flow_id = _flow_id and l.run_id = _run_id
      returning l.node, l.idx, l.attempt, l.failures, l.worker,
        case when l.lease_expires_at is not null then l.since end as started_at
    )
    insert into flowc._done (bucket, run_id, node, idx, st, attempt, failures, worker, started_at, ended_at)
    select _bucket, _run_id, g.node, g.idx, 6, g.attempt, g.failures, g.worker, g.started_at, _now
    from gone g where g.attempt > 0;
  end loop;
  delete from flowc._waits w where w.bucket = _bucket and w.run_id = _run_id;
  delete from flowc._maps m where m.bucket = _bucket and m.run_id = _run_id;
end
$$;
