-- Blobs: values too large for rows, by the SHA-256 of their bytes. Rows name them by marks, a column beside the value:
-- [{"path": ["report", "0"], "blob_id": "...", "size": 70000, "media_type": "application/json"}]; where a mark stands,
-- the value itself holds null, or just the parts of it that conditions, maps and `returns` read.

-- One row a blob, wherever its bytes are. A row that is not ready stands for bytes that are on their way, or on their
-- way out.
create table flowc._blobs (
  blob_id    text collate "C" primary key check (blob_id ~ '^[0-9a-f]{64}$'),
  size       bigint not null check (size >= 0),
  media_type text not null,
  store      text not null,                    -- table, folder:/path, s3://bucket/prefix
  ready      boolean not null,
  stored_at  timestamptz not null,             -- or when somebody was last about to store the same
  keep_until timestamptz                       -- kept so long though no run refers to it
);
create index _blobs_by_age on flowc._blobs (stored_at);

-- The bytes of blobs whose store is this table, in pieces, so that nobody needs to hold them whole.
create table flowc._blob_chunks (
  blob_id text collate "C" not null,
  n       integer not null,
  data    bytea not null,
  primary key (blob_id, n)
);

create table flowc._blob_refs (
  bucket  integer not null,
  run_id  uuid not null,
  blob_id text collate "C" not null,
  primary key (bucket, run_id, blob_id)
);
create index _blob_refs_by_blob on flowc._blob_refs (blob_id);
