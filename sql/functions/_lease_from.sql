-- Leases ready tasks of one priority: up to `_share` of each place (queue and flow; `_from`: its first run
-- that has a task, since what lies before it is dead and costs time to walk), `_limit` in all. Returns what the
-- handlers need, from the UPDATE's RETURNING; the outputs it reads were there before the task was. `_h_*`: tasks of one
-- flow that were handed to the worker already, to be returned with the others.
create or replace function flowc._lease_from(
  _bucket integer, _now timestamptz, _worker text, _lease interval, _needs integer[], _prio integer, _queue text[],
  _flow integer[], _from uuid[], _share integer, _limit integer, _h_runs uuid[], _h_nodes smallint[], _h_flow integer)
returns setof flowc.leased_task
language plpgsql volatile
as $$
begin
  return query
  with leased as (
    update flowc._live l
    set attempt = l.attempt + 1, since = _now, lease_expires_at = _now + _lease, worker = _worker
    from (
      select c.ctid
      from unnest(_queue, _flow, _from) as p (queue, flow_id, run_id)
      cross join lateral (select l.ctid from flowc._live l
        where l.bucket = _bucket and l.prio = _prio and l.queue = p.queue and l.flow_id = p.flow_id and l.run_id >= p.run_id
          and l.lease_expires_at is null and l.need_id = any(_needs)
        order by l.run_id, l.node, l.idx limit _share for update skip locked) as c
      limit _limit
    ) as c
    where l.ctid = c.ctid
    returning l.run_id, l.flow_id, l.node, l.idx, l.attempt, l.failures, l.item
  )
  select null::text, l.run_id::text, n.flow_slug, n.step_slug, nullif(l.idx, -1), l.attempt, l.failures, _now, _now + _lease,
    _now + _lease + n.timeout * interval '1 millisecond',
    case when n.needs_input or n.has_input then (
      select case when n.needs_input or not r.input_checked then r.input::text end
      from flowc._runs r where r.bucket = _bucket and r.run_id = l.run_id limit 1) end,
    case when n.needs_nodes is not null then (
      select '{' || string_agg(s.before || coalesce((case when s.key is null then d.output else d.output -> s.key end)::text, 'null') || s.after, ',') || '}'
      from unnest(n.needs_nodes, n.needs_keys, n.needs_before, n.needs_after) as s (node, key, before, after)
      left join lateral (select d.output from flowc._done d
        where d.bucket = _bucket and d.run_id = l.run_id and d.node = s.node and d.idx = -1 and d.st = 1 limit 1) as d on true) end,
    l.item::text,
    case when n.sees_errors then flowc._errors_seen(_bucket, l.run_id, n.seen_nodes, n.seen_slugs) end,
    case when n.has_input then (
      select not r.input_checked from flowc._runs r where r.bucket = _bucket and r.run_id = l.run_id limit 1) end,
    case when (select exists (select from flowc._blob_refs)) and exists (
        select from flowc._blob_refs f where f.bucket = _bucket and f.run_id = l.run_id)
      then flowc._marks_of(_bucket, l.run_id, n.seen_nodes, n.seen_slugs)::text end
  from (
    select * from leased
    union all
    select h.run_id, _h_flow, h.node, -1, 1, 0, null from unnest(_h_runs, _h_nodes) as h (run_id, node)) as l
  cross join lateral (select * from flowc._nodes n where n.flow_id = l.flow_id and n.node = l.node limit 1) as n;
end
$$;
