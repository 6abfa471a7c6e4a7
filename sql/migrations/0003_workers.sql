-- The workers and what they can take, as they tell it now and then: for people to read, the engine does not ask.

create table flowc._workers (
  bucket     integer not null,
  worker_id  text collate "C" not null,
  handlers   text[] collate "C" not null,
  queues     text[] collate "C",        -- null: all
  secrets    text[] collate "C" not null,
  started_at timestamptz not null,
  seen_at    timestamptz not null,
  until      timestamptz not null,      -- after this it is taken for dead, unless it told more
  primary key (bucket, worker_id)
);
