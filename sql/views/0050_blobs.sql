-- One row a blob: where its bytes are, and how many runs refer to it.
create view flowc.blobs as
select b.blob_id, b.size, b.media_type, b.store, b.ready, r.runs, b.stored_at, b.keep_until
from flowc._blobs b
cross join lateral (select count(*) as runs from flowc._blob_refs f where f.blob_id = b.blob_id) as r;
