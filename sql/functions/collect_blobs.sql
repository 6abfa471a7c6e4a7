-- Deletes blobs that no run refers to, that are older than any attempt under way and not to be kept; returns those it
-- took. Of blobs outside of the database the bytes are still there: drop_blob lets go of each, after its bytes.
-- Takes `max_blobs` at most in one call: call it until it returns none.
create or replace function flowc.collect_blobs(older_than interval default '0', max_blobs integer default 1000)
returns table (blob_id text, size bigint, store text)
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
as $$
declare
  _now    timestamptz := flowc.now();
  _before timestamptz := _now - greatest(older_than, flowc._blob_grace());
  _ids    text[];
begin
  perform flowc._require_read_committed();
  _ids := array(
    select b.blob_id from flowc._blobs b
    where b.stored_at < _before and (b.keep_until is null or b.keep_until < _now)
      and not exists (select from flowc._blob_refs r where r.blob_id = b.blob_id)
    order by b.stored_at limit max_blobs for update skip locked);
  -- Whoever was about to refer to one held a lock on it, or waits for ours: look again, now that it cannot change.
  _ids := array(select i from unnest(_ids) as i
                where not exists (select from flowc._blob_refs r where r.blob_id = i));
  delete from flowc._blob_chunks c where c.blob_id = any(_ids);
  return query
    delete from flowc._blobs b where b.blob_id = any(_ids) and b.store = 'table'
    returning b.blob_id::text, b.size, b.store;
  return query
    update flowc._blobs b set ready = false where b.blob_id = any(_ids) and b.store <> 'table'
    returning b.blob_id::text, b.size, b.store;
end
$$;
