-- Every task that is ready, leased or asleep, wherever it stands.
create view flowc._tasks as
select l.bucket, l.run_id, l.flow_id, l.node, l.idx, l.prio, l.queue, l.need_id, l.attempt, l.failures, l.max_attempts,
  l.lease_expires_at, l.lease_expires_at is not null as leased
from flowc._live l
union all
select z.bucket, z.run_id, z.flow_id, z.node, z.idx, z.prio, z.queue, z.need_id, z.attempt, z.failures, z.max_attempts,
  null, false
from flowc._later z;
