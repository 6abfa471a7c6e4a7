-- A worker's one round trip: settles results and leases the next tasks, in one commit. `results`: a JSON array of
-- [run_id, step_slug, task_index or null, attempt, "ok", output] and
-- [run_id, step_slug, task_index or null, attempt, "failed", error, retryable, retry_at or null]; behind the output there
-- may be null, null and the marks of its blobs.
-- Returns leased tasks, and before them a row with its `answer` for each result that was not counted.
create or replace function flowc.settle_and_poll(
  bucket integer, results jsonb, worker_id text, handlers text[], max_tasks integer, lease interval,
  queues text[] default null, secrets text[] default '{}')
returns setof flowc.leased_task
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_memoize = off set jit = off
as $$
declare
  _now     timestamptz := flowc.now();
  _b       record;
  _e       record;
  _blobs   jsonb[];
  _answers text[];
  _polled  integer;
begin
  perform flowc._require_read_committed();
  perform flowc._require_lease(worker_id, lease) where max_tasks > 0;
  select array_agg((r ->> 0)::uuid order by n) as runs, array_agg(r ->> 1 order by n) as slugs,
    array_agg((r ->> 2)::integer order by n) as idxs, array_agg((r ->> 3)::integer order by n) as attempts,
    array_agg((case r ->> 4 when 'ok' then 1 when 'failed' then 5 end)::smallint order by n) as states,
    array_agg(case when r ->> 4 = 'ok' then r -> 5 end order by n) as outputs,
    array_agg(case when r ->> 4 = 'failed' then r -> 5 end order by n) as errors,
    array_agg((r ->> 6)::boolean order by n) as retryable, array_agg((r ->> 7)::timestamptz order by n) as retry_at,
    max(jsonb_array_length(r)) as longest
  into _b from jsonb_array_elements(results) with ordinality as e (r, n);
  if array_position(_b.states, null) is not null then
    raise exception 'a result is "ok" or "failed", not %', results -> (array_position(_b.states, null) - 1) -> 4 using errcode = 'FC006';
  end if;
  if _b.longest > 8 then
    select array_agg(case when r ->> 4 = 'ok' then nullif(r -> 8, 'null') end order by n) into _blobs
    from jsonb_array_elements(results) with ordinality as e (r, n);
  end if;
  select * into _e from flowc._expired(bucket, _now, _b.runs, _b.slugs, _b.idxs, _b.attempts) where max_tasks > 0;
  if _b.runs is not null or _e.runs is not null then
    _answers := flowc._settle(bucket, _now, _b.runs || _e.runs, _b.slugs || _e.slugs, _b.idxs || _e.idxs,
      _b.attempts || _e.attempts, _b.states || array_fill(6::smallint, array[coalesce(cardinality(_e.runs), 0)]),
      _b.outputs, _b.errors, _b.retryable, _b.retry_at, _blobs);
    return query
      select _answers[n], _b.runs[n]::text, null, _b.slugs[n], _b.idxs[n], _b.attempts[n], null::integer, null::timestamptz,
        null::timestamptz, null::timestamptz, null, null, null, null, null::boolean, null
      from generate_subscripts(_b.runs, 1) as n where _answers[n] is not null;
  end if;
  if max_tasks > 0 then
    return query select * from flowc._lease(bucket, _now, worker_id, handlers, max_tasks, lease, queues, secrets);
    get diagnostics _polled = row_count;
    perform flowc._expire_by(bucket, _now, _now + lease) where lease < interval '5 seconds' and _polled > 0;
  end if;
  -- What this worker leaves, for want of room or of the handler, is somebody else's.
  if _b.runs is not null and exists (select from flowc._sleepers s where s.bucket = settle_and_poll.bucket)
     and (max_tasks <= 0 or _polled = max_tasks
          or exists (select from flowc._live l where l.bucket = settle_and_poll.bucket and l.lease_expires_at is null)) then
    perform flowc._wake(bucket, _now, cardinality(_b.runs));
  end if;
end
$$;
