-- One row a failed attempt: what was raised, where, by which worker, and whether it was the last.
create view flowc.task_errors as
select r.run_id, n.flow_slug, n.step_slug, nullif(e.idx, -1) as task_index, e.attempt, e.worker, e.error ->> 'class' as class,
  e.error ->> 'message' as message, e.error ->> 'traceback' as traceback, e.error, e.started_at, e.failed_at, e.terminal, c.code_version, r.bucket
from flowc._buckets b
join flowc._runs r on r.bucket = b.bucket
join flowc._errors e on e.bucket = r.bucket and e.run_id = r.run_id
join flowc._nodes n on n.flow_id = r.flow_id and n.node = e.node
left join lateral (
  select v.code_version from flowc._code_versions v
  where v.worker_id = e.worker and v.since <= e.started_at order by v.since desc limit 1) as c on true;
