-- What became of attempts that were not settled just now (`_ats`: those that were): already where this attempt was
-- counted before (or stands in this batch twice), run_closed where its run has ended or is gone, else stale.
create or replace function flowc._answers(
  _bucket integer, _runs uuid[], _slugs text[], _idxs integer[], _attempts integer[], _ats integer[])
returns text[]
language sql volatile
as $$
  select array_agg(case
    when b.at = any(_ats) then null
    when exists (select from flowc._done d where d.bucket = _bucket and d.run_id = b.run_id and d.node = r.node
                 and d.idx = coalesce(b.idx, -1) and d.attempt = b.attempt and d.st = 1)
      or exists (select from flowc._errors e where e.bucket = _bucket and e.run_id = b.run_id and e.node = r.node
                 and e.idx = coalesce(b.idx, -1) and e.attempt = b.attempt and not e.expired and b.attempt > 0)
      or exists (select from unnest(_runs, _slugs, _idxs, _attempts) with ordinality as o (run_id, slug, idx, attempt, at)
                 where o.at = any(_ats) and (o.run_id, o.slug, o.attempt) = (b.run_id, b.slug, b.attempt)
                   and o.idx is not distinct from b.idx) then 'already'
    when r.status is distinct from 1 then 'run_closed'
    else 'stale' end order by b.at)
  from unnest(_runs, _slugs, _idxs, _attempts) with ordinality as b (run_id, slug, idx, attempt, at)
  left join lateral (
    select u.status, n.node from flowc._runs u
    left join flowc._nodes n on n.flow_id = u.flow_id and n.step_slug = b.slug collate "C" and n.kind < 3
    where u.bucket = _bucket and u.run_id = b.run_id limit 1) as r on true
$$;
