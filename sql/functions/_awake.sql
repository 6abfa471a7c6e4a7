-- Moves tasks whose delay or wait is over to the live ones.
create or replace function flowc._awake(_bucket integer, _now timestamptz) returns void
language sql volatile
as $$
  with due as (
    delete from flowc._later l
    where l.ctid = any(array(select l.ctid from flowc._later l where l.bucket = _bucket and l.due <= _now
                             order by l.due limit 1000 for update skip locked))
    returning *
  )
  insert into flowc._live (bucket, prio, queue, flow_id, run_id, node, idx, need_id, attempt, failures, max_attempts, since, item)
  select bucket, prio, queue, flow_id, run_id, node, idx, need_id, attempt, failures, max_attempts, due, item from due
$$;
