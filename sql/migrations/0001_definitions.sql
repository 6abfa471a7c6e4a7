-- What a deploy writes, once: flows, their steps and dependencies, and the engine's plan of them.

create table flowc.flows (
  flow_slug   text collate "C" primary key check (flow_slug ~ '^[A-Za-z][A-Za-z0-9_]{0,62}$'),
  digest      text collate "C" not null,
  definition  text not null,
  flow_id     integer generated always as identity unique,
  deployed_at timestamptz not null default clock_timestamp(),
  constraint digest_is_of_definition
    check (digest = 'fc1:' || encode(sha256(convert_to(definition, 'UTF8')), 'hex'))
);

create table flowc.steps (
  flow_slug  text collate "C" not null references flowc.flows on delete cascade,
  step_slug  text collate "C" not null,
  kind       text not null check (kind in ('task', 'map', 'branch')),
  branch     text collate "C",
  handler    text[],
  definition jsonb not null,
  primary key (flow_slug, step_slug)
);

create table flowc.deps (
  flow_slug  text collate "C" not null references flowc.flows on delete cascade,
  step_slug  text collate "C" not null,
  depends_on text collate "C" not null,
  kind       text not null check (kind in ('join', 'condition', 'gate')),
  primary key (flow_slug, step_slug, depends_on, kind)
);

create table flowc.retired_flows (
  flow_slug  text collate "C" primary key,
  retired_at timestamptz not null default clock_timestamp()
);

-- What a worker must have to take a task: the handlers of the step and the secrets of its flow.
create table flowc._needs (
  need_id  integer generated always as identity unique,
  handlers text[] collate "C" not null,
  secrets  text[] collate "C" not null,
  primary key (handlers, secrets)
);

-- The plan: derived from a definition by prepare_flow, read by the engine. Nodes are the steps, numbered in
-- the order of their slugs (a branch is its gate), and behind them the ends of the branches that somebody depends on.
create table flowc._plans (
  flow_id        integer primary key,
  flow_slug      text collate "C" not null,
  has_waits      boolean not null,
  has_maps       boolean not null,
  has_soft       boolean not null,
  has_input      boolean not null,
  plain_roots    boolean not null,             -- what a start makes ready are plain tasks, all of them
  input_defaults jsonb not null,
  returns        jsonb,
  ret_nodes      smallint[] not null,
  ret_slugs      text[] collate "C" not null
);

create table flowc._nodes (
  flow_id      integer not null,
  node         smallint not null,
  kind         smallint not null check (kind between 0 and 3), -- 0 task, 1 map, 2 gate, 3 end
  priority     integer not null default 0,
  timeout      bigint not null default 60000 check (timeout > 0),
  need_id      integer,
  has_input    boolean not null default false, -- the flow declares a schema of its input
  needs_input  boolean not null default false,
  sees_errors  boolean not null default false,
  flow_slug    text collate "C" not null,
  step_slug    text collate "C" not null,
  queue        text collate "C",
  needs_nodes  smallint[],                     -- the outputs that a poll brings along,
  needs_keys   text[],                         -- one field of each, or null for the whole,
  needs_before text[],                         -- between two pieces of JSON text
  needs_after  text[],
  seen_nodes   smallint[],                     -- every step that the handler may see
  seen_slugs   text[] collate "C",
  next_node    smallint,                       -- the one task that waits for this one, and only for it, in a flow whose
  next_need_id integer,                        -- steps are equally urgent: who completes this one may be handed that one
  next_max_attempts integer,
  -- from here on: what polls do not read
  n_in         integer not null default 0,
  n_join       integer not null default 0,
  join_kind    smallint not null default 0 check (join_kind between 0 and 3), -- 0 all, 1 any, 2 none, 3 settled
  run_if       jsonb[],
  run_unless   jsonb[],
  cond_nodes   smallint[],
  cond_slugs   text[] collate "C",
  cond_input   boolean not null default false,
  unmet_fails  boolean not null default false,
  soft         boolean not null default false,
  map_node     smallint,
  map_input    boolean not null default false,
  map_path     text[],
  map_literal  jsonb,                          -- a list, whose references are to map_nodes and the input
  map_nodes    smallint[],
  map_slugs    text[] collate "C",
  max_parallel integer check (max_parallel > 0),
  max_attempts integer not null default 3 check (max_attempts > 0),
  base_delay   bigint not null default 1000 check (base_delay >= 0), -- milliseconds, as all durations here
  max_delay    bigint not null default 300000 check (max_delay >= 0),
  jitter       double precision not null default 0.1 check (jitter between 0 and 1),
  delay        bigint not null default 0 check (delay >= 0),
  final_nodes  smallint[],                     -- of a gate or an end: the final steps of the branch
  primary key (flow_id, node)
);
create unique index _nodes_by_slug on flowc._nodes (flow_id, step_slug) where kind < 3;

-- Parent -1 is the start, child 32767 the end of the run: both are joins like any other.
create table flowc._edges (
  flow_id      integer not null,
  parent       smallint not null,
  child        smallint not null,
  kind         smallint not null check (kind between 0 and 2), -- 0 join, 1 wait, 2 gate
  same_gate    boolean not null,               -- both in one innermost branch: skipped with it
  n_in         integer not null default 0,     -- from here on: copied from the child, so that the hot path reads no node
  n_join       integer not null default 0,
  plain        boolean not null default false, -- a task under join all, without condition or delay
  queue        text collate "C",
  priority     integer not null default 0,
  max_attempts integer not null default 0,
  need_id      integer,
  primary key (flow_id, parent, child)
);
