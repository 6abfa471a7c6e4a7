-- One row a step of a run that has a ready task which no live worker can take: since when, and what the workers that poll
-- its queue lack. Where those lack nothing, no single one of them has all.
create view flowc.untaken as
with wanted as materialized (
  select distinct n.need_id, n.queue from flowc._nodes n where n.kind < 2
), lacking as materialized (
  select b.bucket, w.need_id, w.queue, d.handlers, d.secrets, p.live_workers, p.workers_of_queue,
    array(select h from unnest(d.handlers) as h where h <> all (p.handlers)) as missing_handlers,
    array(select s from unnest(d.secrets) as s where s <> all (p.secrets)) as missing_secrets
  from wanted w
  join flowc._needs d on d.need_id = w.need_id
  cross join flowc._buckets b
  cross join lateral (
    select count(*)::integer as live_workers, count(*) filter (where f.polls)::integer as workers_of_queue,
      coalesce(bool_or(f.polls and d.handlers <@ l.handlers and d.secrets <@ l.secrets), false) as covered,
      array(select distinct h from flowc.workers o, unnest(o.handlers) as h
            where o.bucket = b.bucket and o.alive and (o.queues is null or w.queue = any(o.queues))) as handlers,
      array(select distinct s from flowc.workers o, unnest(o.secrets) as s
            where o.bucket = b.bucket and o.alive and (o.queues is null or w.queue = any(o.queues))) as secrets
    from flowc.workers l
    cross join lateral (select l.queues is null or w.queue = any(l.queues) as polls) as f
    where l.bucket = b.bucket and l.alive) as p
  where not p.covered
)
select r.run_id, n.flow_slug, n.step_slug, t.ready_at, l.queue, l.handlers, l.secrets, l.missing_handlers, l.missing_secrets,
  l.live_workers, l.workers_of_queue, r.bucket
from lacking l
join flowc._nodes n on n.need_id = l.need_id and n.queue = l.queue and n.kind < 2
join flowc._runs r on r.bucket = l.bucket and r.flow_id = n.flow_id and r.status = 1
cross join lateral (
  select min(t.ready_at) as ready_at
  from (
    select t.since as ready_at from flowc._live t
    where t.bucket = r.bucket and t.prio = -(n.priority + r.priority) and t.queue = n.queue and t.flow_id = r.flow_id
      and t.run_id = r.run_id and t.node = n.node and t.lease_expires_at is null
    limit 1) as t
) as t
where t.ready_at is not null;
