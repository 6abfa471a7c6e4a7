-- Runs that are stuck, that ended in part, or whose row does not tell how they ended.
create view flowc._broken_runs as
select 'a started run has something to do' as invariant, r.run_id, null::smallint as node, 'no task is ready, leased or asleep' as detail
from flowc._runs r
where r.status = 1 and not exists (select from flowc._tasks t where t.bucket = r.bucket and t.run_id = r.run_id)
union all
select 'an ended run has nothing at work', x.run_id, x.node, format('%s, in %s', coalesce(
  (array['started', 'completed', 'failed', 'cancelled'])[r.status], 'no such run'), x.place)
from (
  select t.bucket, t.run_id, t.node, '_live or _later' as place from flowc._tasks t
  union all select w.bucket, w.run_id, w.node, '_waits' from flowc._waits w
  union all select m.bucket, m.run_id, m.node, '_maps' from flowc._maps m
) as x
left join flowc._runs r on r.bucket = x.bucket and r.run_id = x.run_id
where r.status is distinct from 1
union all
select 'what is kept belongs to a run', x.run_id, x.node, format('in %s', x.place)
from (
  select d.bucket, d.run_id, d.node, '_done' as place from flowc._done d
  union all select e.bucket, e.run_id, e.node, '_errors' from flowc._errors e
) as x
where not exists (select from flowc._runs r where r.bucket = x.bucket and r.run_id = x.run_id)
union all
select 'a run belongs to a flow', r.run_id, null, format('flow %s is not there', r.flow_id)
from flowc._runs r
where not exists (select from flowc._plans p where p.flow_id = r.flow_id)
union all
select 'in a completed run every step has settled', r.run_id, n.node, 'it has not'
from flowc._runs r
join flowc._nodes n on n.flow_id = r.flow_id
where r.status = 2
  and not exists (select from flowc._done d
    where d.bucket = r.bucket and d.run_id = r.run_id and d.node = n.node and d.idx = -1 and d.st < 6)
union all
select 'a failed step ends its run', d.run_id, d.node, format('element %s failed, the run is %s', d.idx,
  (array['started', 'completed', 'failed', 'cancelled'])[r.status])
from flowc._done d
join flowc._runs r on r.bucket = d.bucket and r.run_id = d.run_id
where d.st = 7 and (r.status = 2 or r.status = 1 and d.idx = -1)
union all
select 'a run counts the failures that were skipped', r.run_id, null, format('counted %s, there are %s', r.skipped_failures, coalesce(f.failures, 0))
from flowc._runs r
left join (
  select d.bucket, d.run_id, count(*) as failures from flowc._done d
  where d.st = 5 and not (d.idx = -1 and exists (select from flowc._done e
    where e.bucket = d.bucket and e.run_id = d.run_id and e.node = d.node and e.idx >= 0))
  group by 1, 2) as f on f.bucket = r.bucket and f.run_id = r.run_id
where r.status = 2 and r.skipped_failures <> coalesce(f.failures, 0)
union all
select 'a run tells how it ended', r.run_id, r.failed_node, format('status %s, ended at %s, error %s', r.status, r.ended_at, r.error)
from flowc._runs r
join flowc._plans p on p.flow_id = r.flow_id
where (r.status = 1) <> (r.ended_at is null) or (r.status in (3, 4)) <> (r.error is not null)
   or (r.status = 3) <> (r.failed_node is not null) or (r.status = 2 and p.returns is not null) <> (r.output is not null)
   or r.ended_at < r.started_at
union all
select 'the id of a run names its bucket', r.run_id, null, format('bucket %s', r.bucket)
from flowc._runs r
where ('x' || right(r.run_id::text, 4))::bit(16)::integer <> r.bucket
   or not exists (select from flowc._buckets b where b.bucket = r.bucket);
