-- Says that the bytes of an announced blob are stored, whole. The row may have been collected meanwhile: false.
create or replace function flowc.finish_blob(blob_id text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
as $$
begin
  update flowc._blobs b set ready = true, stored_at = greatest(b.stored_at, flowc.now()) where b.blob_id = finish_blob.blob_id;
  return found;
end
$$;
