-- The arrays of a call about many attempts are of one length: an attempt each.
create or replace function flowc._require_batch(_runs uuid[], _slugs text[], _idxs integer[], _attempts integer[])
returns void
language plpgsql immutable
as $$
begin
  if _runs is null or cardinality(_runs) is distinct from cardinality(_slugs)
     or cardinality(_runs) is distinct from cardinality(_idxs) or cardinality(_runs) is distinct from cardinality(_attempts) then
    raise exception 'the arrays of a batch are of one length, an attempt a place: here % run_ids, % step_slugs, % task_indexes, % attempts',
      coalesce(cardinality(_runs)::text, 'no'), coalesce(cardinality(_slugs)::text, 'no'), coalesce(cardinality(_idxs)::text, 'no'),
      coalesce(cardinality(_attempts)::text, 'no') using errcode = 'FC006';
  end if;
end
$$;
