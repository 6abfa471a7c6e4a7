-- Announces a blob whose bytes are about to be stored; true where they are stored already. Either way it is young from
-- now on: collect_blobs leaves it alone for long enough to refer to it.
create or replace function flowc.keep_blob(blob_id text, size bigint, media_type text, store text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
as $$
declare
  _ready boolean;
begin
  insert into flowc._blobs as b (blob_id, size, media_type, store, ready, stored_at)
  values (keep_blob.blob_id, keep_blob.size, keep_blob.media_type, keep_blob.store, false, flowc.now())
  on conflict on constraint _blobs_pkey do update
    set stored_at = greatest(b.stored_at, excluded.stored_at), store = case when b.ready then b.store else excluded.store end
  returning b.ready into _ready;
  return _ready;
end
$$;
