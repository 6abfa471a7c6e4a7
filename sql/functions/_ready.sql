-- Puts tasks where polls find them: at once, or after the step's delay. `_again`: after a retry of the run; attempt
-- numbers go on from what the earlier attempts left in _done, and nothing is delayed a second time.
-- `_delayed`: false for elements of a map that come later than its first.
create or replace function flowc._ready(
  _bucket integer, _now timestamptz, _runs uuid[], _flows integer[], _bases integer[], _nodes smallint[], _idxs integer[],
  _items jsonb[], _again boolean, _delayed boolean default true)
returns void
language sql volatile
as $$
  with before as (
    delete from flowc._done d
    where _again and d.ctid = any(array(
      select o.ctid from unnest(_runs, _nodes, _idxs) as t (run_id, node, idx)
      cross join lateral (select o.ctid from flowc._done o
        where o.bucket = _bucket and o.run_id = t.run_id and o.node = t.node and o.idx = t.idx and o.st > 4 limit 1) as o))
    returning d.run_id, d.node, d.idx, d.attempt
  ), tasks as (
    select t.*, n.priority, n.queue, n.need_id, n.max_attempts, n.delay, n.delay > 0 and _delayed and not _again as asleep,
      coalesce(b.attempt, 0) as attempt
    from unnest(_runs, _flows, _bases, _nodes, _idxs, _items) as t (run_id, flow_id, base, node, idx, item)
    cross join lateral (select * from flowc._nodes n where n.flow_id = t.flow_id and n.node = t.node limit 1) as n
    left join before b on _again and b.run_id = t.run_id and b.node = t.node and b.idx = t.idx
  ), later as (
    insert into flowc._later (bucket, run_id, node, idx, due, prio, queue, flow_id, need_id, attempt, failures, max_attempts, item)
    select _bucket, run_id, node, idx, _now + delay * interval '1 millisecond', -(base + priority), queue, flow_id, need_id,
      attempt, 0, max_attempts, item
    from tasks where asleep
  )
  insert into flowc._live (bucket, prio, queue, flow_id, run_id, node, idx, need_id, attempt, max_attempts, since, item)
  select _bucket, -(base + priority), queue, flow_id, run_id, node, idx, need_id, attempt, max_attempts, _now, item
  from tasks where not asleep
$$;
