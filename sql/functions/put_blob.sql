-- Stores bytes in the database's own table and returns their id, the SHA-256. `keep`: for so long it stays although no
-- run refers to it.
create or replace function flowc.put_blob(data bytea, media_type text default 'application/octet-stream', keep interval default null)
returns text
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
as $$
declare
  _id    text := encode(sha256(data), 'hex');
  _piece constant integer := 1048576;
begin
  if not flowc.keep_blob(_id, length(data), media_type, 'table') then
    insert into flowc._blob_chunks (blob_id, n, data)
    select _id, n, substr(data, n * _piece + 1, _piece) from generate_series(0, (length(data) - 1) / _piece) as n
    on conflict do nothing;
    perform flowc.finish_blob(_id);
  end if;
  if keep is not null then
    update flowc._blobs b set keep_until = greatest(b.keep_until, flowc.now() + keep) where b.blob_id = _id;
  end if;
  return _id;
end
$$;
