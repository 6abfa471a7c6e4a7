-- What no row may say, in the tables that a plain task never writes; for the others the invariants' view tells. The locks
-- come in the order in which workers take theirs, so that an upgrade under load waits for them and not they for each other.

lock table flowc._errors, flowc._maps, flowc._later in access exclusive mode;

alter table flowc._errors
  add check (idx >= -1),
  add check (attempt >= 0);
alter table flowc._maps
  add check (total > 0),
  add check (remaining <= total),
  add check (bad between 0 and total);
alter table flowc._later
  add check (idx >= -1),
  add check (attempt >= 0),
  add check (failures between 0 and max_attempts);

-- What code a worker ran, and from when to when: it outlives the worker, for the attempts that name it.
create table flowc._code_versions (
  worker_id    text collate "C" not null,
  since        timestamptz not null,
  code_version text not null,
  seen_at      timestamptz not null,
  primary key (worker_id, since)
);
