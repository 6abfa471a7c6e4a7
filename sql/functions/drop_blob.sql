-- Lets go of a collected blob outside of the database; true where its bytes are to be deleted now, before the commit.
-- False where somebody stores the same again.
create or replace function flowc.drop_blob(blob_id text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
as $$
declare
  _before timestamptz := flowc.now() - flowc._blob_grace();
begin
  perform from flowc._blobs b where b.blob_id = drop_blob.blob_id for update;
  delete from flowc._blobs b
  where b.blob_id = drop_blob.blob_id and not b.ready and b.stored_at < _before
    and not exists (select from flowc._blob_refs r where r.blob_id = b.blob_id);
  return found;
end
$$;
