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
  _now        timestamptz := flowc.now();
  _b          record;
  _blobs      jsonb[];
  _needs      integer[];
  _e_runs     uuid[];
  _e_slugs    text[];
  _e_idxs     integer[];
  _e_attempts integer[];
  _heir       flowc._heir;
  _answers    text[];
  _h_runs     uuid[];
  _h_nodes    smallint[];
  _polled     integer;
begin
  perform flowc._require_read_committed();
  perform flowc._require_lease(worker_id, lease) where max_tasks > 0;
  select array_agg((r ->> 0)::uuid order by n) as runs, array_agg(r ->> 1 order by n) as slugs,
    array_agg((r ->> 2)::integer order by n) as idxs, array_agg((r ->> 3)::integer order by n) as attempts,
    array_agg((case r ->> 4 when 'ok' then 1 when 'failed' then 5 end)::smallint order by n) as states,
    array_agg(case when r ->> 4 = 'ok' then r -> 5 end order by n) as outputs,
    array_agg(case when r ->> 4 = 'failed' then r -> 5 end order by n) as errors,
    array_agg((r ->> 6)::boolean order by n) as retryable, array_agg((r ->> 7)::timestamptz order by n) as retry_at,
    max(jsonb_array_length(r)) as longest, count(distinct (r ->> 0)::uuid) as different
  into _b from jsonb_array_elements(results) with ordinality as e (r, n);
  if array_position(_b.states, null) is not null then
    raise exception 'a result is "ok" or "failed", not %', results -> (array_position(_b.states, null) - 1) -> 4 using errcode = 'FC006';
  end if;
  if _b.longest > 8 then
    select array_agg(case when r ->> 4 = 'ok' then nullif(r -> 8, 'null') end order by n) into _blobs
    from jsonb_array_elements(results) with ordinality as e (r, n);
  end if;
  if max_tasks > 0 then
    _needs := array(select n.need_id from flowc._needs n where n.handlers <@ settle_and_poll.handlers and n.secrets <@ settle_and_poll.secrets);
    if not exists (select from flowc._buckets b where b.bucket = settle_and_poll.bucket and b.next_expiry_at > _now) then
      select * into _e_runs, _e_slugs, _e_idxs, _e_attempts from flowc._expired(bucket, _now, _b.runs, _b.slugs, _b.idxs, _b.attempts);
    end if;
  end if;
  -- Next tasks are handed over where all live ones are of one flow and equally urgent, so that it is nobody else's turn,
  -- and where no run has a second result that might fail it.
  if cardinality(_b.runs) <= max_tasks and _b.different = cardinality(_b.runs) and _e_runs is null then
    select worker_id, _now + lease, _needs, f.flow_id into _heir
    from (select l.prio, l.queue, l.flow_id from flowc._live l where l.bucket = settle_and_poll.bucket
          order by l.prio, l.queue, l.flow_id, l.run_id limit 1) as f
    join (select l.prio, l.queue, l.flow_id from flowc._live l where l.bucket = settle_and_poll.bucket
          order by l.prio desc, l.queue desc, l.flow_id desc, l.run_id desc limit 1) as o using (prio, queue, flow_id)
    where queues is null or f.queue = any(queues);
  end if;
  if _b.runs is not null or _e_runs is not null then
    select * into _answers, _h_runs, _h_nodes
    from flowc._settle(bucket, _now, _b.runs || _e_runs, _b.slugs || _e_slugs, _b.idxs || _e_idxs,
      _b.attempts || _e_attempts, _b.states || array_fill(6::smallint, array[coalesce(cardinality(_e_runs), 0)]),
      _b.outputs, _b.errors, _b.retryable, _b.retry_at, _blobs, _heir);
  end if;
  if _answers is not null then
    return query
      select _answers[n], _b.runs[n]::text, null, _b.slugs[n], _b.idxs[n], _b.attempts[n], null::integer, null::timestamptz,
        null::timestamptz, null::timestamptz, null, null, null, null, null::boolean, null
      from generate_subscripts(_b.runs, 1) as n where _answers[n] is not null;
  end if;
  if max_tasks > 0 then
    return query select * from flowc._lease(bucket, _now, worker_id, _needs, max_tasks, lease, queues, _h_runs, _h_nodes, (_heir).flow_id);
    get diagnostics _polled = row_count;
    if _polled > 0 and lease < interval '5 seconds' then
      perform flowc._expire_by(bucket, _now, _now + lease);
    end if;
  end if;
  -- What this worker leaves, for want of room or of the handler, is somebody else's.
  if _b.runs is not null and exists (select from flowc._sleepers s where s.bucket = settle_and_poll.bucket)
     and (max_tasks <= 0 or _polled = max_tasks
          or exists (select from flowc._live l where l.bucket = settle_and_poll.bucket and l.lease_expires_at is null)) then
    perform flowc._wake(bucket, _now, cardinality(_b.runs));
  end if;
end
$$;
