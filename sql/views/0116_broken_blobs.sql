-- Marks of blobs that are not stored or that their run does not refer to, and references of no run.
create view flowc._broken_blobs as
select 'a marked blob is stored, and its run refers to it' as invariant, m.run_id, m.node,
  format('blob %s, %s', m.mark ->> 'blob_id', case when b.blob_id is null then 'not stored' else 'no reference' end) as detail
from (
  select d.bucket, d.run_id, d.node, o.mark from flowc._done d cross join lateral jsonb_array_elements(d.blobs) as o (mark)
  union all
  select r.bucket, r.run_id, null, o.mark from flowc._runs r cross join lateral jsonb_array_elements(r.input_blobs) as o (mark)
) as m
left join flowc._blobs b on b.blob_id = m.mark ->> 'blob_id' and b.ready
left join flowc._blob_refs f on f.bucket = m.bucket and f.run_id = m.run_id and f.blob_id = m.mark ->> 'blob_id'
where b.blob_id is null or f.blob_id is null
union all
select 'a reference to a blob is of a run', f.run_id, null, format('blob %s', f.blob_id)
from flowc._blob_refs f
where not exists (select from flowc._runs r where r.bucket = f.bucket and r.run_id = f.run_id);
