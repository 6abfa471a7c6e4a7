-- Answers of a call on leases: ok at the places in `_ats`, else run_closed or stale.
create or replace function flowc._answers_held(_bucket integer, _runs uuid[], _ats integer[]) returns text[]
language sql volatile
as $$
  select coalesce(array_agg(case when b.at = any(_ats) then 'ok' when r.status is distinct from 1 then 'run_closed' else 'stale' end order by b.at), '{}')
  from unnest(_runs) with ordinality as b (run_id, at)
  left join lateral (select u.status from flowc._runs u where u.bucket = _bucket and u.run_id = b.run_id limit 1) as r on true
$$;
