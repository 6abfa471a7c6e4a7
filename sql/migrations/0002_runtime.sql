-- What runs: live tasks apart from history, no row for a step that merely waits. `bucket` leads every key; no
-- foreign keys, triggers or sequences (see ARCHITECTURE.md, "Doors that stay open").

-- What the end of a run changes stands together, so that its record in the log is short whatever the input's size.
create table flowc._runs (
  bucket           integer not null,
  run_id           uuid not null,
  flow_id          integer not null,
  priority         integer not null default 0,
  started_at       timestamptz not null,
  input_checked    boolean not null default false,
  status           smallint not null default 1, -- 1 started, 2 completed, 3 failed, 4 cancelled
  skipped_failures integer not null default 0,
  ended_at         timestamptz,
  failed_node      smallint,
  run_key          text collate "C",
  input            jsonb not null,
  output           jsonb,                       -- of a flow that declares `returns`; others' are read from _done
  error            jsonb,
  input_blobs      jsonb,                       -- marks (see 0004) of the blobs in the input; null: none
  primary key (bucket, run_id)
) with (fillfactor = 45);

-- Ready and leased tasks. The key is the order in which they are polled; the lease is not in it: polls update HOT, for
-- which pages keep room. What a lease changes stands together, so that its record in the log is short.
create table flowc._live (
  bucket           integer not null,
  prio             integer not null,            -- minus the priority: ascending is most urgent first
  flow_id          integer not null,
  run_id           uuid not null,
  idx              integer not null,            -- -1: not an element of a map
  failures         integer not null default 0,
  max_attempts     integer not null,
  need_id          integer not null,
  attempt          integer not null default 0,
  since            timestamptz not null,        -- ready since, or leased since
  lease_expires_at timestamptz,                 -- null: ready
  node             smallint not null,
  worker           text,
  queue            text collate "C" not null,
  item             jsonb,
  primary key (bucket, prio, queue, flow_id, run_id, node, idx)
) with (fillfactor = 40, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 25000,
        autovacuum_vacuum_cost_delay = 0, autovacuum_vacuum_insert_threshold = -1);

-- Tasks that sleep out a delay or a retry's wait: out of the way of polls.
create table flowc._later (
  bucket       integer not null,
  run_id       uuid not null,
  node         smallint not null,
  idx          integer not null,
  due          timestamptz not null,
  prio         integer not null,
  queue        text collate "C" not null,
  flow_id      integer not null,
  need_id      integer not null,
  attempt      integer not null,
  failures     integer not null,
  max_attempts integer not null,
  item         jsonb,
  primary key (bucket, run_id, node, idx)
);
create index _later_by_due on flowc._later (bucket, due);

-- Joins of which some edges have arrived and some have not.
create table flowc._waits (
  bucket  integer not null,
  run_id  uuid not null,
  node    smallint not null,
  arrived integer not null check (arrived > 0),
  ok      integer not null check (ok >= 0),
  closed  boolean not null,
  primary key (bucket, run_id, node)
) with (fillfactor = 70);

create table flowc._maps (
  bucket    integer not null,
  run_id    uuid not null,
  node      smallint not null,
  total     integer not null,
  remaining integer not null check (remaining >= 0),
  opened    integer not null,                   -- elements below it have been put to work
  bad       integer not null default 0,
  sparse    boolean not null default false,     -- after a retry: elements above `opened` may be done already
  primary key (bucket, run_id, node)
) with (fillfactor = 70);

-- What settled. idx -1 is the step itself, 0 and up the elements of a map.
-- st: 1 completed; skipped: 2 branch_skipped, 3 dependency_skipped, 4 condition_unmet, 5 handler_failed; 6 cancelled, 7 failed
create table flowc._done (
  started_at timestamptz,
  ended_at   timestamptz not null,
  bucket     integer not null,
  run_id     uuid not null,
  idx        integer not null,
  attempt    integer not null,
  node       smallint not null,
  st         smallint not null,
  failures   smallint not null default 0,
  worker     text,
  output     jsonb,
  blobs      jsonb,                             -- marks (see 0004) of the blobs in the output; null: none
  primary key (bucket, run_id, node, idx)
);

create table flowc._errors (
  bucket     integer not null,
  run_id     uuid not null,
  node       smallint not null,
  idx        integer not null,
  attempt    integer not null,
  worker     text,
  terminal   boolean not null,
  expired    boolean not null default false,    -- the lease ran out: nobody reported this
  error      jsonb not null,
  started_at timestamptz,
  failed_at  timestamptz not null,
  primary key (bucket, run_id, node, idx, attempt)
);

-- One row a bucket: a lower bound of the next lease to expire, so that a poll need not look for expired ones.
create table flowc._buckets (
  bucket         integer primary key,
  next_expiry_at timestamptz not null default '-infinity'
);
insert into flowc._buckets (bucket) values (0);

create table flowc._sleepers (
  bucket    integer not null,
  worker_id text not null,
  until     timestamptz not null,
  handlers  text[] not null default '{}', -- sleepers with the same ones are equal: some of each kind are woken
  primary key (bucket, worker_id)
);

-- Edges that have come to a node of a run: how many, how many of them count for its join, and whether its gate is shut.
create type flowc._arrival as (
  run_id  uuid,
  flow_id integer,
  base    integer,               -- the run's own priority
  node    smallint,
  n       integer,
  ok      integer,
  closed  boolean
);

-- A settled attempt, as what only some batches pay for needs it. `task` is null for one that completed.
create type flowc._taken as (
  at      integer,
  state   smallint,
  base    integer,
  flow_id integer,
  run_id  uuid,
  node    smallint,
  idx     integer,
  task    flowc._live
);

-- On what terms a worker is handed the next task of a run: what it can take, of the one flow that has live tasks.
create type flowc._heir as (
  worker  text,
  until   timestamptz,
  needs   integer[],
  flow_id integer
);

-- What a poll returns for each task. `answer` is null for a leased task; settle_and_poll also returns rows that tell
-- what became of a result which was not counted.
create type flowc.leased_task as (
  answer           text,
  run_id           text,
  flow_slug        text,
  step_slug        text,
  task_index       integer,      -- null: not an element of a map
  attempt          integer,
  failures         integer,
  started_at       timestamptz,
  lease_expires_at timestamptz,
  deadline         timestamptz,  -- the lease is never extended beyond it
  run_input        text,         -- JSON; null where the step cannot see it
  inputs           text,         -- JSON object: the outputs that the step may see, by slug
  item             text,         -- JSON
  errors           text,         -- JSON object: why dependencies failed, by slug
  check_input      boolean,      -- nobody has held the run's input against its schema yet
  blobs            text          -- JSON object: marks of the blobs in the inputs, by slug and `input`; null: none
);
