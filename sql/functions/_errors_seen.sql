-- The errors of those among some steps that were skipped because their handler failed, by slug, as JSON text.
create or replace function flowc._errors_seen(_bucket integer, _run_id uuid, _nodes smallint[], _slugs text[]) returns text
language sql volatile
as $$
  select jsonb_object_agg(s.slug, e.error)::text
  from unnest(_nodes, _slugs) as s (node, slug)
  cross join lateral (
    select e.error from flowc._done d
    join flowc._errors e on e.bucket = _bucket and e.run_id = _run_id and e.node = s.node and e.terminal
    where d.bucket = _bucket and d.run_id = _run_id and d.node = s.node and d.idx = -1 and d.st = 5
    order by e.failed_at desc, e.idx limit 1) as e
$$;
