-- One row a step of a run, also for branches and for steps that merely wait, which are stored nowhere. What is looked up
-- is looked up by whole keys, step by step (lateral, with a limit): where statistics lag behind, the planner would take the
-- history of a run for one row, and read all of it for each step.
create view flowc.step_states as
select r.run_id, n.flow_slug, n.step_slug, (array['task', 'map', 'branch'])[n.kind + 1] as kind, s.branch,
  case
    when d.st between 2 and 5 then 'skipped'
    when n.kind = 2 and d.st = 1 then case
      when f.settled < cardinality(n.final_nodes) then case when r.status = 1 then 'started' else 'cancelled' end
      when f.completed > 0 then 'completed' else 'skipped' end
    when d.st = 1 then 'completed'
    when d.st = 7 or n.kind = 1 and r.status = 3 and (
      select true from flowc._done e
      where e.bucket = r.bucket and e.run_id = r.run_id and e.node = n.node and e.idx >= 0 and e.st = 7 limit 1) then 'failed'
    when r.status > 1 then 'cancelled'
    when m.total is not null or l.tasks > 0 or z.tasks > 0 then 'started'
    else 'created' end as status,
  case when n.kind = 2 and d.st = 1 and f.settled = cardinality(n.final_nodes) and f.completed = 0 then 'dependency_skipped'
    else flowc._skip_word(d.st) end as skip_reason,
  d.output, d.blobs, m.total, m.remaining,
  least(d.started_at, l.started_at) as started_at,
  case when d.st <> 6 then d.ended_at end as ended_at,
  r.bucket
from flowc._buckets b
join flowc._runs r on r.bucket = b.bucket
join flowc._nodes n on n.flow_id = r.flow_id and n.kind < 3
join flowc.steps s on s.flow_slug = n.flow_slug and s.step_slug = n.step_slug
left join lateral (
  select * from flowc._done d
  where d.bucket = r.bucket and d.run_id = r.run_id and d.node = n.node and d.idx = -1 limit 1) as d on true
left join lateral (
  select m.total, m.remaining from flowc._maps m
  where m.bucket = r.bucket and m.run_id = r.run_id and m.node = n.node limit 1) as m on true
left join lateral (
  select count(*) as tasks, min(l.since) filter (where l.lease_expires_at is not null) as started_at from flowc._live l
  where r.status = 1 and n.kind < 2
    and l.bucket = r.bucket and l.prio = -(n.priority + r.priority) and l.queue = n.queue and l.flow_id = r.flow_id
    and l.run_id = r.run_id and l.node = n.node) as l on true
left join lateral (
  select count(*) as tasks from flowc._later z
  where r.status = 1 and n.kind < 2 and z.bucket = r.bucket and z.run_id = r.run_id and z.node = n.node) as z on true
left join lateral (
  select count(*) as settled, count(*) filter (where e.st = 1) as completed
  from unnest(n.final_nodes) as final
  cross join lateral (
    select e.st from flowc._done e
    where e.bucket = r.bucket and e.run_id = r.run_id and e.node = final and e.idx = -1 and e.st < 6 limit 1) as e
  where n.kind = 2) as f on true;
