-- One row a run, readable on its own: what it was given, what became of it, and which step failed and why. Where
-- `input_blobs` and `output_blobs` have marks, the value holds null: flowc.get_blob gives what stands there.
create view flowc.runs as
select r.run_id, p.flow_slug, flowc._status_word(r.status) as status, r.run_key, r.priority, r.input,
  case when r.status = 2 then coalesce(r.output, (
    select coalesce(jsonb_object_agg(s.slug, coalesce(d.output, 'null')), '{}')
    from unnest(p.ret_nodes, p.ret_slugs) as s (node, slug)
    left join flowc._done d on d.bucket = r.bucket and d.run_id = r.run_id and d.node = s.node and d.idx = -1 and d.st = 1))
  end as output, r.error, r.input_blobs,
  case when r.status = 2 then (
    select flowc._blob_places(coalesce(p.returns, (select jsonb_object_agg(s, '$' || s) from unnest(p.ret_slugs) as s)),
      jsonb_object_agg(v.name, v.blobs))
    from (
      select s.slug as name, d.blobs from unnest(p.ret_nodes, p.ret_slugs) as s (node, slug)
      join flowc._done d on d.bucket = r.bucket and d.run_id = r.run_id and d.node = s.node and d.idx = -1 and d.st = 1
      where d.blobs is not null
      union all
      select 'input', r.input_blobs where r.input_blobs is not null
    ) as v
    having count(*) > 0)
  end as output_blobs,
  f.step_slug as failed_step, r.skipped_failures, r.started_at, r.ended_at, r.bucket
from flowc._buckets b
join flowc._runs r on r.bucket = b.bucket
join flowc._plans p on p.flow_id = r.flow_id
left join flowc._nodes f on f.flow_id = r.flow_id and f.node = r.failed_node;
