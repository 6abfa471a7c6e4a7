-- Notes that runs refer to the blobs of these marks, a place each. Their rows are locked, in the order of their ids,
-- so that nobody collects them before this commits.
create or replace function flowc._refer_blobs(_bucket integer, _runs uuid[], _marks jsonb[]) returns void
language plpgsql volatile
as $$
declare
  _ids  text[];
  _gone text;
begin
  _ids := array(select distinct m ->> 'blob_id' from unnest(_marks) as o (marks), jsonb_array_elements(o.marks) as m);
  perform from flowc._blobs b where b.blob_id = any(_ids) and b.ready order by b.blob_id for key share;
  select i into _gone from unnest(_ids) as i
  where not exists (select from flowc._blobs b where b.blob_id = i and b.ready) order by i limit 1;
  if _gone is not null then
    raise exception 'blob % is not stored', _gone using errcode = 'foreign_key_violation';
  end if;
  insert into flowc._blob_refs (bucket, run_id, blob_id)
  select distinct _bucket, o.run_id, m ->> 'blob_id'
  from unnest(_runs, _marks) as o (run_id, marks), jsonb_array_elements(o.marks) as m
  where exists (select from flowc._runs r where r.bucket = _bucket and r.run_id = o.run_id)
  on conflict do nothing;
end
$$;
