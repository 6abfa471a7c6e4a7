-- Puts the marks of blobs beside the outputs of attempts that were counted, and has their runs refer to these blobs.
create or replace function flowc._mark_blobs(
  _bucket integer, _runs uuid[], _slugs text[], _idxs integer[], _attempts integer[], _blobs jsonb[])
returns void
language plpgsql volatile
as $$
begin
  perform flowc._refer_blobs(_bucket, _runs, _blobs);
  update flowc._done d set blobs = b.blobs
  from unnest(_runs, _slugs, _idxs, _attempts, _blobs) as b (run_id, slug, idx, attempt, blobs)
  cross join lateral (select u.flow_id from flowc._runs u where u.bucket = _bucket and u.run_id = b.run_id limit 1) as u
  cross join lateral (select n.node from flowc._nodes n
    where n.flow_id = u.flow_id and n.step_slug = b.slug collate "C" and n.kind < 3 limit 1) as n
  where b.blobs is not null and d.bucket = _bucket and d.run_id = b.run_id and d.node = n.node and d.idx = coalesce(b.idx, -1)
    and d.attempt = b.attempt and d.st = 1;
end
$$;
