-- One row a task: what is ready, sleeping or leased now, and what became of the others at their last attempt.
create view flowc.step_tasks as
select r.run_id, n.flow_slug, n.step_slug, nullif(t.idx, -1) as task_index, t.status, t.attempt, t.failures, t.worker,
  t.visible_at, t.lease_expires_at, t.started_at, t.ended_at, t.output, t.blobs, e.error, c.code_version, r.bucket
from flowc._buckets b
join flowc._runs r on r.bucket = b.bucket
join flowc._nodes n on n.flow_id = r.flow_id and n.kind < 2
cross join lateral (
  select l.idx, case when l.lease_expires_at is null then 'queued' else 'started' end as status, l.attempt, l.failures, l.worker,
    case when l.lease_expires_at is null then l.since end as visible_at, l.lease_expires_at,
    case when l.lease_expires_at is not null then l.since end as started_at, null::timestamptz as ended_at, null::jsonb as output,
    null::jsonb as blobs
  from flowc._live l
  where l.bucket = r.bucket and l.prio = -(n.priority + r.priority) and l.queue = n.queue and l.flow_id = r.flow_id
    and l.run_id = r.run_id and l.node = n.node
  union all
  select l.idx, 'queued', l.attempt, l.failures, null, l.due, null, null, null, null, null
  from flowc._later l where l.bucket = r.bucket and l.run_id = r.run_id and l.node = n.node
  union all
  select d.idx, case d.st when 1 then 'completed' when 6 then 'cancelled' else 'failed' end, d.attempt, d.failures, d.worker,
    null, null, d.started_at, d.ended_at, d.output, d.blobs
  from flowc._done d
  where d.bucket = r.bucket and d.run_id = r.run_id and d.node = n.node and d.attempt > 0
) as t
left join lateral (
  select e.error from flowc._errors e
  where e.bucket = r.bucket and e.run_id = r.run_id and e.node = n.node and e.idx = t.idx and t.status <> 'completed'
  order by e.attempt desc limit 1) as e on true
left join lateral (
  select v.code_version from flowc._code_versions v
  where v.worker_id = t.worker and v.since <= t.started_at order by v.since desc limit 1) as c on true;
