-- One piece of a blob in the database's own table, from 0; null behind the last.
create or replace function flowc.get_blob_chunk(blob_id text, n integer) returns bytea
language sql stable security definer set search_path = pg_catalog, flowc, pg_temp
as $$ select c.data from flowc._blob_chunks c where c.blob_id = get_blob_chunk.blob_id and c.n = get_blob_chunk.n $$;
