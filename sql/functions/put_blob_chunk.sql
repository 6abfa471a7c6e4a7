-- Stores a piece of an announced blob in the database's own table.
create or replace function flowc.put_blob_chunk(blob_id text, n integer, data bytea) returns void
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
as $$
begin
  insert into flowc._blob_chunks as c (blob_id, n, data)
  select b.blob_id, put_blob_chunk.n, put_blob_chunk.data from flowc._blobs b
  where b.blob_id = put_blob_chunk.blob_id and not b.ready
  on conflict on constraint _blob_chunks_pkey do update set data = excluded.data;
end
$$;
