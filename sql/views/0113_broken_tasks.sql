-- Tasks that stand in two places, where no call finds them, or whose attempts were counted twice or went back.
create view flowc._broken_tasks as
select 'a task stands in one place' as invariant, t.run_id, t.node,
  format('element %s, attempt %s: settled, too, at attempt %s', t.idx, t.attempt, d.attempt) as detail
from flowc._tasks t
join flowc._done d on d.bucket = t.bucket and d.run_id = t.run_id and d.node = t.node and d.idx = t.idx
union all
select 'a task stands in one place', l.run_id, l.node, format('element %s is ready and asleep', l.idx)
from flowc._live l
join flowc._later z on z.bucket = l.bucket and z.run_id = l.run_id and z.node = l.node and z.idx = l.idx
union all
select 'a task stands where its key leads', t.run_id, t.node,
  format('priority %s, queue %s, flow %s, need %s', -t.prio, t.queue, t.flow_id, t.need_id)
from flowc._tasks t
left join flowc._runs r on r.bucket = t.bucket and r.run_id = t.run_id
left join flowc._nodes n on n.flow_id = r.flow_id and n.node = t.node
where (t.flow_id, -t.prio, t.queue, t.need_id, t.max_attempts)
  is distinct from (r.flow_id, r.priority + n.priority, n.queue, n.need_id, n.max_attempts)
union all
select 'attempt numbers never go back', e.run_id, e.node,
  format('element %s: attempt %s failed, attempt %s %s', e.idx, max(e.attempt), t.attempt, case when t.leased then 'is at work' else 'was the last' end)
from flowc._errors e
join flowc._tasks t on t.bucket = e.bucket and t.run_id = e.run_id and t.node = e.node and t.idx = e.idx
group by e.run_id, e.node, e.idx, t.attempt, t.leased, t.failures, t.max_attempts
having max(e.attempt) > t.attempt - t.leased::integer
union all
select 'an attempt is counted once', e.run_id, e.node, format('element %s: attempt %s failed, attempt %s is counted as %s', e.idx, e.attempt, d.attempt, d.st)
from flowc._errors e
join flowc._done d on d.bucket = e.bucket and d.run_id = e.run_id and d.node = e.node and d.idx = e.idx
where e.attempt > 0 and e.attempt > d.attempt - (d.st = 1)::integer
union all
select 'failures are those that left an error, and fewer than the most', t.run_id, t.node,
  format('element %s: %s failures of %s, %s errors', t.idx, t.failures, t.max_attempts, coalesce(e.errors, 0))
from flowc._tasks t
left join (select e.bucket, e.run_id, e.node, e.idx, count(*) as errors from flowc._errors e where e.attempt > 0 group by 1, 2, 3, 4) as e
  on e.bucket = t.bucket and e.run_id = t.run_id and e.node = t.node and e.idx = t.idx
where t.failures >= t.max_attempts or t.failures < 0 or t.failures > coalesce(e.errors, 0)
union all
select 'a lease that ran out is found in time', t.run_id, t.node, format('it ends at %s, looked for at %s', t.lease_expires_at, b.next_expiry_at)
from flowc._tasks t
join flowc._buckets b on b.bucket = t.bucket
where t.lease_expires_at + interval '5 seconds' < b.next_expiry_at;
