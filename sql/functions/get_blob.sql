-- The bytes of a blob, held against its id; for blobs in the database's own table, up to the gigabyte that a bytea holds.
create or replace function flowc.get_blob(blob_id text) returns bytea
language plpgsql stable security definer set search_path = pg_catalog, flowc, pg_temp
as $$
declare
  _store text := (select b.store from flowc._blobs b where b.blob_id = get_blob.blob_id and b.ready);
  _data  bytea;
begin
  if _store is null then
    raise exception 'no blob %', blob_id using errcode = 'FC008';
  elsif _store <> 'table' then
    raise exception 'blob % is not in the database, it is in %', blob_id, _store
      using errcode = 'FC005', hint = format('flowc blob get %s reads it.', blob_id);
  end if;
  select coalesce(string_agg(c.data, '' order by c.n), '') into _data from flowc._blob_chunks c where c.blob_id = get_blob.blob_id;
  if encode(sha256(_data), 'hex') <> blob_id then
    raise exception 'blob % is corrupt: its bytes have another SHA-256', blob_id using errcode = 'FC009';
  end if;
  return _data;
end
$$;
