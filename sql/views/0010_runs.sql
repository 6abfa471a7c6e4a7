-- One row a run, readable on its own: what it was given, what became of it, and which step failed and why.
create view flowc.runs as
select r.run_id, p.flow_slug, flowc._status_word(r.status) as status, r.run_key, r.priority, r.input,
  case when r.status = 2 then coalesce(r.output, (
    select coalesce(jsonb_object_agg(s.slug, coalesce(d.output, 'null')), '{}')
    from unnest(p.ret_nodes, p.ret_slugs) as s (node, slug)
    left join flowc._done d on d.bucket = r.bucket and d.run_id = r.run_id and d.node = s.node and d.idx = -1 and d.st = 1))
  end as output, r.error,
  f.step_slug as failed_step, r.skipped_failures, r.started_at, r.ended_at, r.bucket
from flowc._buckets b
join flowc._runs r on r.bucket = b.bucket
join flowc._plans p on p.flow_id = r.flow_id
left join flowc._nodes f on f.flow_id = r.flow_id and f.node = r.failed_node;
