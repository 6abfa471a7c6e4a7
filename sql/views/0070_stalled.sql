-- One row a started run on which nobody works though it could go on: since when, and why nothing happens. `lease_over`: the
-- worker of a task is gone and nobody has polled since; `overdue`: a delay or a retry's wait is over, and nobody has
-- polled since; `ready`: a task has been ready for more than five minutes.
create view flowc.stalled as
with clock as materialized (
  select flowc.now() as at
), tasks as materialized (
  select t.bucket, t.run_id, t.flow_id, bool_or(t.lease_expires_at > c.at) as at_work,
    min(t.lease_expires_at) as lease_over, min(t.ready_at) filter (where t.lease_expires_at is null) as ready, min(t.due) as overdue
  from (
    select l.bucket, l.run_id, l.flow_id, l.lease_expires_at, l.since as ready_at, null::timestamptz as due from flowc._live l
    union all
    select l.bucket, l.run_id, l.flow_id, null, null, l.due from flowc._later l) as t
  cross join clock c
  group by t.bucket, t.run_id, t.flow_id
)
select t.run_id, p.flow_slug, why.reason, why.since, t.bucket
from tasks t
join flowc._plans p on p.flow_id = t.flow_id
cross join clock c
cross join lateral (
  select w.reason, w.since
  from (values ('lease_over', t.lease_over, interval '1 minute'), ('ready', t.ready, interval '5 minutes'),
    ('overdue', t.overdue, interval '1 minute')) as w (reason, since, patience)
  where w.since < c.at - w.patience
  order by w.since limit 1) as why
where t.at_work is not true;
