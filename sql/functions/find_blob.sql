-- What is known of a blob; no row where there is none, or its bytes are not all stored.
create or replace function flowc.find_blob(blob_id text) returns table (size bigint, media_type text, store text)
language sql stable security definer set search_path = pg_catalog, flowc, pg_temp
as $$ select b.size, b.media_type, b.store from flowc._blobs b where b.blob_id = find_blob.blob_id and b.ready $$;
