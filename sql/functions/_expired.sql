-- Attempts whose lease has run out, to be settled as failures. Leaves out those that have their results in this very
-- call (`_b_*`): late, but in time. The bucket then keeps when to look again, a lower bound of the next expiry that lags
-- behind by 5 s at most where two polls cross: polls look no sooner.
create or replace function flowc._expired(
  _bucket integer, _now timestamptz, _b_runs uuid[], _b_slugs text[], _b_idxs integer[], _b_attempts integer[],
  out runs uuid[], out slugs text[], out idxs integer[], out attempts integer[])
language plpgsql volatile
as $$
declare
  _found record;
begin
  select array_agg(l.ctid) filter (where l.lease_expires_at <= _now) as places,
         least(_now + interval '5 seconds', min(l.lease_expires_at) filter (where l.lease_expires_at > _now)) as next
  into _found
  from flowc._live l where l.bucket = _bucket and l.lease_expires_at is not null;
  select array_agg(l.run_id), array_agg(n.step_slug), array_agg(l.idx), array_agg(l.attempt)
  into runs, slugs, idxs, attempts
  from flowc._live l
  join flowc._nodes n on n.flow_id = l.flow_id and n.node = l.node
  where l.ctid = any(_found.places[:1000])
    and not exists (select from unnest(_b_runs, _b_slugs, _b_idxs, _b_attempts) as b (run_id, slug, idx, attempt)
                    where b.run_id = l.run_id and b.slug = n.step_slug and coalesce(b.idx, -1) = l.idx and b.attempt = l.attempt);
  if coalesce(cardinality(_found.places), 0) <= 1000 then
    perform flowc._expire_by(_bucket, _now, _found.next);
  end if;
end
$$;
