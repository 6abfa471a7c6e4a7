-- Where the leased tasks among some attempts of started runs stand, with their place in the batch and their timeout.
create or replace function flowc._held(_bucket integer, _runs uuid[], _slugs text[], _idxs integer[], _attempts integer[])
returns table (at integer, place tid, timeout bigint)
language sql volatile
as $$
  select b.at::integer, l.ctid, n.timeout
  from unnest(_runs, _slugs, _idxs, _attempts) with ordinality as b (run_id, slug, idx, attempt, at)
  cross join lateral (select u.flow_id, u.priority as base from flowc._runs u
    where u.bucket = _bucket and u.run_id = b.run_id and u.status = 1 limit 1) as u
  cross join lateral (select n.node, n.queue, n.priority, n.timeout from flowc._nodes n
    where n.flow_id = u.flow_id and n.step_slug = b.slug collate "C" and n.kind < 3 limit 1) as n
  cross join lateral (select l.ctid from flowc._live l
    where l.bucket = _bucket and l.prio = -(u.base + n.priority) and l.queue = n.queue and l.flow_id = u.flow_id
      and l.run_id = b.run_id and l.node = n.node and l.idx = coalesce(b.idx, -1) and l.attempt = b.attempt
      and l.lease_expires_at is not null limit 1) as l
$$;
