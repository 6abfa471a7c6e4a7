-- Sets when expired leases are looked for next, unless another transaction is at it.
create or replace function flowc._expire_by(_bucket integer, _now timestamptz, _at timestamptz) returns void
language sql volatile
as $$
  update flowc._buckets b set next_expiry_at = _at
  where b.ctid = any(array(select ctid from flowc._buckets where bucket = _bucket for update skip locked))
    and (b.next_expiry_at <= _now or b.next_expiry_at > _at)
$$;
