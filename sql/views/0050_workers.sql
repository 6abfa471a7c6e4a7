-- One row a worker (and bucket, where there are several): what it can take, and until when it is taken to be alive.
create view flowc.workers as
select w.worker_id, w.until > clock.at as alive, w.handlers, w.queues, w.secrets, w.started_at, w.seen_at, w.until, c.code_version, w.bucket
from flowc._workers w
cross join (select flowc.now() as at) as clock
left join lateral (
  select v.code_version from flowc._code_versions v
  where v.worker_id = w.worker_id and v.since <= clock.at order by v.since desc limit 1) as c on true;
