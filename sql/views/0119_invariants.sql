-- What must hold of every database at every moment, as queries that return no row: each row here is an offence.
-- One snapshot: it may be read while workers work.
create view flowc.invariants as
select b.invariant, b.run_id, n.step_slug, b.detail
from (
  select * from flowc._broken_joins
  union all select * from flowc._broken_outcomes
  union all select * from flowc._broken_maps
  union all select * from flowc._broken_tasks
  union all select * from flowc._broken_runs
  union all select * from flowc._broken_blobs
) as b
left join flowc._runs r on r.run_id = b.run_id
left join flowc._nodes n on n.flow_id = r.flow_id and n.node = b.node
union all
select d.invariant, null, d.step_slug, format('flow %s: %s', d.flow_slug, d.detail)
from flowc._broken_definitions d;
