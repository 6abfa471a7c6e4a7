--
-- PostgreSQL database dump
--


-- Dumped from database version 18.6
-- Dumped by pg_dump version 18.6

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: flowc; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA flowc;


--
-- Name: _arrival; Type: TYPE; Schema: flowc; Owner: -
--

CREATE TYPE flowc._arrival AS (
	run_id uuid,
	flow_id integer,
	base integer,
	node smallint,
	n integer,
	ok integer,
	closed boolean
);


--
-- Name: _heir; Type: TYPE; Schema: flowc; Owner: -
--

CREATE TYPE flowc._heir AS (
	worker text,
	until timestamp with time zone,
	needs integer[],
	flow_id integer
);


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: _live; Type: TABLE; Schema: flowc; Owner: -
--

CREATE TABLE flowc._live (
    bucket integer NOT NULL,
    prio integer NOT NULL,
    flow_id integer NOT NULL,
    run_id uuid NOT NULL,
    idx integer NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    max_attempts integer NOT NULL,
    need_id integer NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    since timestamp with time zone NOT NULL,
    lease_expires_at timestamp with time zone,
    node smallint NOT NULL,
    worker text,
    queue text NOT NULL COLLATE pg_catalog."C",
    item jsonb
)
WITH (fillfactor='40', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='25000', autovacuum_vacuum_cost_delay='0', autovacuum_vacuum_insert_threshold='-1');


--
-- Name: _taken; Type: TYPE; Schema: flowc; Owner: -
--

CREATE TYPE flowc._taken AS (
	at integer,
	state smallint,
	base integer,
	flow_id integer,
	run_id uuid,
	node smallint,
	idx integer,
	task flowc._live
);


--
-- Name: leased_task; Type: TYPE; Schema: flowc; Owner: -
--

CREATE TYPE flowc.leased_task AS (
	answer text,
	run_id text,
	flow_slug text,
	step_slug text,
	task_index integer,
	attempt integer,
	failures integer,
	started_at timestamp with time zone,
	lease_expires_at timestamp with time zone,
	deadline timestamp with time zone,
	run_input text,
	inputs text,
	item text,
	errors text,
	check_input boolean,
	blobs text
);


--
-- Name: _advance(integer, timestamp with time zone, uuid[], integer[], integer[], smallint[], smallint[], uuid[], smallint[], jsonb[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._advance(_bucket integer, _now timestamp with time zone, _runs uuid[], _flows integer[], _bases integer[], _nodes smallint[], _sts smallint[], _f_runs uuid[] DEFAULT NULL::uuid[], _f_nodes smallint[] DEFAULT NULL::smallint[], _f_errors jsonb[] DEFAULT NULL::jsonb[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
  _ended uuid[];
  _a     record;
  _late  record;
  _t     record;
begin
  while _runs is not null loop
    select * into _a from flowc._arrive(_bucket, _now, _runs, _flows, _bases, _nodes, _sts);
    _ended := _ended || _a.ended;
    if _a.part is not null then
      select * into _late from flowc._wait(_bucket, _a.part);
      _ended := _ended || _late.ended;
      _a.whole := _a.whole || _late.whole;
    end if;
    exit when _a.whole is null;

    select * into _t from flowc._turn(_bucket, _now, _a.whole, false);
    _runs := _t.runs; _flows := _t.flows; _bases := _t.bases; _nodes := _t.nodes; _sts := _t.sts;
    _f_runs := _f_runs || _t.f_runs; _f_nodes := _f_nodes || _t.f_nodes; _f_errors := _f_errors || _t.f_errors;
  end loop;
  if _ended is not null then
    perform flowc._finish(_bucket, _now, _ended);
  end if;
  if _f_runs is not null then
    perform flowc._close_failed(_bucket, _now, _f_runs, _f_nodes, _f_errors);
  end if;
end
$$;


--
-- Name: _answers(integer, uuid[], text[], integer[], integer[], integer[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._answers(_bucket integer, _runs uuid[], _slugs text[], _idxs integer[], _attempts integer[], _ats integer[]) RETURNS text[]
    LANGUAGE sql
    AS $$
  select array_agg(case
    when b.at = any(_ats) then null
    when exists (select from flowc._done d where d.bucket = _bucket and d.run_id = b.run_id and d.node = r.node
                 and d.idx = coalesce(b.idx, -1) and d.attempt = b.attempt and d.st = 1)
      or exists (select from flowc._errors e where e.bucket = _bucket and e.run_id = b.run_id and e.node = r.node
                 and e.idx = coalesce(b.idx, -1) and e.attempt = b.attempt and not e.expired and b.attempt > 0)
      or exists (select from unnest(_runs, _slugs, _idxs, _attempts) with ordinality as o (run_id, slug, idx, attempt, at)
                 where o.at = any(_ats) and (o.run_id, o.slug, o.attempt) = (b.run_id, b.slug, b.attempt)
                   and o.idx is not distinct from b.idx) then 'already'
    when r.status is distinct from 1 then 'run_closed'
    else 'stale' end order by b.at)
  from unnest(_runs, _slugs, _idxs, _attempts) with ordinality as b (run_id, slug, idx, attempt, at)
  left join lateral (
    select u.status, n.node from flowc._runs u
    left join flowc._nodes n on n.flow_id = u.flow_id and n.step_slug = b.slug collate "C" and n.kind < 3
    where u.bucket = _bucket and u.run_id = b.run_id limit 1) as r on true
$$;


--
-- Name: _answers_held(integer, uuid[], integer[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._answers_held(_bucket integer, _runs uuid[], _ats integer[]) RETURNS text[]
    LANGUAGE sql
    AS $$
  select coalesce(array_agg(case when b.at = any(_ats) then 'ok' when r.status is distinct from 1 then 'run_closed' else 'stale' end order by b.at), '{}')
  from unnest(_runs) with ordinality as b (run_id, at)
  left join lateral (select u.status from flowc._runs u where u.bucket = _bucket and u.run_id = b.run_id limit 1) as r on true
$$;


--
-- Name: _arrive(integer, timestamp with time zone, uuid[], integer[], integer[], smallint[], smallint[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._arrive(_bucket integer, _now timestamp with time zone, _runs uuid[], _flows integer[], _bases integer[], _nodes smallint[], _sts smallint[], OUT ended uuid[], OUT whole flowc._arrival[], OUT part flowc._arrival[]) RETURNS record
    LANGUAGE plpgsql
    AS $$
begin
  with arrivals as (
    select *, case when n < n_in then 0 when child = 32767 then 2 when plain and ok = n_join and not shut then 1 else 3 end as way
    from (
      select f.run_id, f.flow_id, e.child, min(f.base) as base, count(*)::integer as n,
        count(*) filter (where e.kind = 0 and f.st = 1)::integer as ok,
        bool_or(e.kind = 2 and f.st <> 1 or e.same_gate and f.st = 2) as shut,
        min(e.n_in) as n_in, min(e.n_join) as n_join, bool_and(e.plain) as plain, min(e.queue) as queue,
        min(e.priority) as priority, min(e.max_attempts) as max_attempts, min(e.need_id) as need_id
      from unnest(_runs, _flows, _bases, _nodes, _sts) as f (run_id, flow_id, base, node, st)
      cross join lateral (select * from flowc._edges e where e.flow_id = f.flow_id and e.parent = f.node offset 0) as e
      group by f.run_id, f.flow_id, e.child
    ) as a
  ), ready as (
    insert into flowc._live (bucket, prio, queue, flow_id, run_id, node, idx, need_id, max_attempts, since)
    select _bucket, -(base + priority), queue, flow_id, run_id, child, -1, need_id, max_attempts, _now
    from arrivals where way = 1
  )
  select array_agg(run_id) filter (where way = 2),
    array_agg((run_id, flow_id, base, child, n, ok, shut)::flowc._arrival) filter (where way = 3),
    array_agg((run_id, flow_id, base, child, n, ok, shut)::flowc._arrival) filter (where way = 0)
  into ended, whole, part
  from arrivals where way <> 1;
end
$$;


--
-- Name: _awake(integer, timestamp with time zone); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._awake(_bucket integer, _now timestamp with time zone) RETURNS void
    LANGUAGE sql
    AS $$
  with due as (
    delete from flowc._later l
    where l.ctid = any(array(select l.ctid from flowc._later l where l.bucket = _bucket and l.due <= _now
                             order by l.due limit 1000 for update skip locked))
    returning *
  )
  insert into flowc._live (bucket, prio, queue, flow_id, run_id, node, idx, need_id, attempt, failures, max_attempts, since, item)
  select bucket, prio, queue, flow_id, run_id, node, idx, need_id, attempt, failures, max_attempts, due, item from due
$$;


--
-- Name: _blob_grace(); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._blob_grace() RETURNS interval
    LANGUAGE sql STABLE
    AS $$ select interval '1 day' + coalesce(max(n.timeout), 0) * interval '1 millisecond' from flowc._nodes n $$;


--
-- Name: _blob_places(jsonb, jsonb, text[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._blob_places(_template jsonb, _marks jsonb, _at text[] DEFAULT '{}'::text[]) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $_$
declare
  _path text[];
begin
  case jsonb_typeof(_template)
  when 'string' then
    _path := string_to_array(substr(_template #>> '{}', 2), '.');
    return case when left(_template #>> '{}', 1) = '$' then flowc._marks_below(_marks -> _path[1], _path[2:], _at) end;
  when 'object' then
    return (select jsonb_agg(mark) from jsonb_each(_template) as e,
              jsonb_array_elements(flowc._blob_places(e.value, _marks, _at || e.key)) as mark);
  when 'array' then
    return (select jsonb_agg(mark) from jsonb_array_elements(_template) with ordinality as e (value, n),
              jsonb_array_elements(flowc._blob_places(e.value, _marks, _at || (e.n - 1)::text)) as mark);
  else
    return null;
  end case;
end
$_$;


--
-- Name: _close(integer, timestamp with time zone, uuid, smallint, smallint, jsonb); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._close(_bucket integer, _now timestamp with time zone, _run_id uuid, _status smallint, _failed_node smallint, _error jsonb) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
  _flow_id integer;
  _base    integer;
  _place   record;
begin
  update flowc._runs r set status = _status, failed_node = _failed_node, error = _error, ended_at = _now
  where r.bucket = _bucket and r.run_id = _run_id
  returning r.flow_id, r.priority into _flow_id, _base;

  with gone as (
    delete from flowc._later l where l.bucket = _bucket and l.run_id = _run_id
    returning l.node, l.idx, l.attempt, l.failures
  )
  insert into flowc._done (bucket, run_id, node, idx, st, attempt, failures, ended_at)
  select _bucket, _run_id, g.node, g.idx, 6, g.attempt, g.failures, _now from gone g where g.attempt > 0;

  for _place in
    select distinct n.queue, -(_base + n.priority) as prio from flowc._nodes n where n.flow_id = _flow_id and n.kind < 2
  loop
    with gone as (
      delete from flowc._live l
      where l.bucket = _bucket and l.prio = _place.prio and l.queue = _place.queue and l.flow_id = _flow_id and l.run_id = _run_id
      returning l.node, l.idx, l.attempt, l.failures, l.worker,
        case when l.lease_expires_at is not null then l.since end as started_at
    )
    insert into flowc._done (bucket, run_id, node, idx, st, attempt, failures, worker, started_at, ended_at)
    select _bucket, _run_id, g.node, g.idx, 6, g.attempt, g.failures, g.worker, g.started_at, _now
    from gone g where g.attempt > 0;
  end loop;
  delete from flowc._waits w where w.bucket = _bucket and w.run_id = _run_id;
  delete from flowc._maps m where m.bucket = _bucket and m.run_id = _run_id;
end
$$;


--
-- Name: _close_failed(integer, timestamp with time zone, uuid[], smallint[], jsonb[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._close_failed(_bucket integer, _now timestamp with time zone, _runs uuid[], _nodes smallint[], _errors jsonb[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
  _f record;
begin
  for _f in
    select distinct on (f.run_id) f.run_id, f.node, f.error
    from unnest(_runs, _nodes, _errors) with ordinality as f (run_id, node, error, at)
    join flowc._runs r on r.bucket = _bucket and r.run_id = f.run_id
    join flowc._nodes n on n.flow_id = r.flow_id and n.node = f.node
    order by f.run_id, n.step_slug, f.at
  loop
    perform flowc._close(_bucket, _now, _f.run_id, 3::smallint, _f.node, _f.error);
  end loop;
end
$$;


--
-- Name: _end_map(integer, timestamp with time zone, uuid, smallint, boolean); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._end_map(_bucket integer, _now timestamp with time zone, _run_id uuid, _node smallint, _all_bad boolean) RETURNS smallint
    LANGUAGE sql
    AS $$
  insert into flowc._done (bucket, run_id, node, idx, st, attempt, started_at, ended_at, output, blobs)
  select _bucket, _run_id, _node, -1, case when _all_bad then 5 else 1 end, 0, min(d.started_at), _now,
    case when not _all_bad then jsonb_agg(coalesce(d.output, 'null') order by d.idx) end,
    flowc._marks_of_elements(jsonb_object_agg(d.idx, d.blobs) filter (where d.blobs is not null))
  from flowc._done d
  where d.bucket = _bucket and d.run_id = _run_id and d.node = _node and d.idx >= 0
  returning st
$$;


--
-- Name: _errors_seen(integer, uuid, smallint[], text[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._errors_seen(_bucket integer, _run_id uuid, _nodes smallint[], _slugs text[]) RETURNS text
    LANGUAGE sql
    AS $$
  select jsonb_object_agg(s.slug, e.error)::text
  from unnest(_nodes, _slugs) as s (node, slug)
  cross join lateral (
    select e.error from flowc._done d
    join flowc._errors e on e.bucket = _bucket and e.run_id = _run_id and e.node = s.node and e.terminal
    where d.bucket = _bucket and d.run_id = _run_id and d.node = s.node and d.idx = -1 and d.st = 5
    order by e.failed_at desc, e.idx limit 1) as e
$$;


--
-- Name: _evaluate(integer, flowc._arrival[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._evaluate(_bucket integer, _whole flowc._arrival[]) RETURNS TABLE(run_id uuid, flow_id integer, base integer, node smallint, st smallint, source jsonb)
    LANGUAGE sql
    AS $$
  select a.run_id, a.flow_id, a.base, a.node, v.st::smallint, case when v.st in (1, 5, 7, 8) then m.source end
  from unnest(_whole) as a
  cross join lateral (select * from flowc._nodes n where n.flow_id = a.flow_id and n.node = a.node limit 1) as n
  cross join lateral (select
    case n.join_kind when 0 then a.ok = n.n_join when 1 then a.ok > 0 when 2 then a.ok = 0 else true end) as j (satisfied)
  left join lateral (select flowc._is_met(_bucket, a.run_id, n.cond_nodes, n.cond_slugs, n.cond_input, n.run_if, n.run_unless) as met
    where n.cond_nodes is not null and j.satisfied and not a.closed) as c on true
  left join lateral flowc._map_source(_bucket, a.run_id, n.map_node, n.map_input, n.map_path, n.map_literal, n.map_nodes, n.map_slugs) as m
    on n.kind = 1 and j.satisfied and not a.closed and c.met is not false
  cross join lateral (select case
    when a.closed then 2
    when not j.satisfied then 3
    when c.met is false then case when n.unmet_fails then 9 else 4 end
    when n.kind > 1 then 1
    when n.kind = 0 then 0
    when not m.present then 3
    when jsonb_typeof(m.source) = 'array' then case when jsonb_array_length(m.source) = 0 then 1 else 8 end
    when n.soft then 5
    else 7 end) as v (st)
$$;


--
-- Name: _expire_by(integer, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._expire_by(_bucket integer, _now timestamp with time zone, _at timestamp with time zone) RETURNS void
    LANGUAGE sql
    AS $$
  update flowc._buckets b set next_expiry_at = _at
  where b.ctid = any(array(select ctid from flowc._buckets where bucket = _bucket for update skip locked))
    and (b.next_expiry_at <= _now or b.next_expiry_at > _at)
$$;


--
-- Name: _expired(integer, timestamp with time zone, uuid[], text[], integer[], integer[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._expired(_bucket integer, _now timestamp with time zone, _b_runs uuid[], _b_slugs text[], _b_idxs integer[], _b_attempts integer[], OUT runs uuid[], OUT slugs text[], OUT idxs integer[], OUT attempts integer[]) RETURNS record
    LANGUAGE plpgsql
    AS $$
declare
  _found record;
begin
  select array_agg(l.ctid) filter (where l.lease_expires_at <= _now) as places,
         least(_now + interval '5 seconds', min(l.lease_expires_at) filter (where l.lease_expires_at > _now)) as next
  into _found
  from flowc._live l where l.bucket = _bucket and l.lease_expires_at is not null;
  select array_agg(l.run_id), array_agg(n.step_slug), array_agg(l.idx), array_agg(l.attempt)
  into runs, slugs, idxs, attempts
  from flowc._live l
  join flowc._nodes n on n.flow_id = l.flow_id and n.node = l.node
  where l.ctid = any(_found.places[:1000])
    and not exists (select from unnest(_b_runs, _b_slugs, _b_idxs, _b_attempts) as b (run_id, slug, idx, attempt)
                    where b.run_id = l.run_id and b.slug = n.step_slug and coalesce(b.idx, -1) = l.idx and b.attempt = l.attempt);
  if coalesce(cardinality(_found.places), 0) <= 1000 then
    perform flowc._expire_by(_bucket, _now, _found.next);
  end if;
end
$$;


--
-- Name: _fail(integer, timestamp with time zone, flowc._live[], integer[], boolean[], jsonb[], boolean[], timestamp with time zone[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._fail(_bucket integer, _now timestamp with time zone, _tasks flowc._live[], _bases integer[], _expired boolean[], _errors jsonb[], _retryable boolean[], _retry_at timestamp with time zone[], OUT runs uuid[], OUT flows integer[], OUT bases integer[], OUT nodes smallint[], OUT sts smallint[], OUT e_runs uuid[], OUT e_flows integer[], OUT e_bases integer[], OUT e_nodes smallint[], OUT e_bad integer[], OUT f_runs uuid[], OUT f_nodes smallint[], OUT f_errors jsonb[]) RETURNS record
    LANGUAGE plpgsql
    AS $$
declare
  _t      record;
  _errs   jsonb[];
  _spent  boolean[];
begin
  select array_agg(case when not x.expired then coalesce(x.error, '{}')
           when _now >= t.since + n.timeout * interval '1 millisecond'
           then jsonb_build_object('class', 'Timeout', 'message', format('the attempt ran past its timeout of %s s', trim_scale(n.timeout / 1000.0)))
           else jsonb_build_object('class', 'LeaseExpired',
             'message', format('worker %s let the lease expire: it died, hangs, or lost its connection', t.worker)) end order by x.at),
    array_agg((x.retryable is false and not x.expired) or t.failures + 1 >= t.max_attempts order by x.at)
  into _errs, _spent
  from unnest(_expired, _errors, _retryable) with ordinality as x (expired, error, retryable, at)
  cross join lateral (select (_tasks[x.at]).*) as t
  join flowc._nodes n on n.flow_id = t.flow_id and n.node = t.node;

  insert into flowc._errors (bucket, run_id, node, idx, attempt, worker, terminal, expired, error, started_at, failed_at)
  select _bucket, t.run_id, t.node, t.idx, t.attempt, t.worker, x.spent, x.expired, x.error, t.since, _now
  from unnest(_spent, _expired, _errs) with ordinality as x (spent, expired, error, at) cross join lateral (select (_tasks[x.at]).*) as t;

  insert into flowc._later (bucket, run_id, node, idx, due, prio, queue, flow_id, need_id, attempt, failures, max_attempts, item)
  select _bucket, t.run_id, t.node, t.idx,
    -- what no calendar holds, clients could not read
    coalesce(case when x.retry_at between '0001-01-02 00:00Z' and '9999-12-31 23:59:59.999999Z' then x.retry_at end,
      _now + least(n.max_delay, n.base_delay * 2.0 ^ least(t.failures, 50))
                                * (1 + n.jitter * (2 * random() - 1)) * interval '1 millisecond'),
    t.prio, t.queue, t.flow_id, t.need_id, t.attempt, t.failures + 1, t.max_attempts, t.item
  from unnest(_spent, _retry_at) with ordinality as x (spent, retry_at, at)
  cross join lateral (select (_tasks[x.at]).*) as t
  join flowc._nodes n on n.flow_id = t.flow_id and n.node = t.node
  where not x.spent;

  insert into flowc._done (bucket, run_id, node, idx, st, attempt, failures, worker, started_at, ended_at)
  select _bucket, t.run_id, t.node, t.idx, case when n.soft then 5 else 7 end, t.attempt, t.failures + 1, t.worker, t.since, _now
  from unnest(_spent) with ordinality as x (spent, at)
  cross join lateral (select (_tasks[x.at]).*) as t
  join flowc._nodes n on n.flow_id = t.flow_id and n.node = t.node
  where x.spent;

  select
    array_agg(t.run_id) filter (where t.idx < 0) as runs, array_agg(t.flow_id) filter (where t.idx < 0) as flows,
    array_agg(x.base) filter (where t.idx < 0) as bases, array_agg(t.node) filter (where t.idx < 0) as nodes,
    array_agg(5::smallint) filter (where t.idx < 0) as sts,
    array_agg(t.run_id) filter (where t.idx >= 0) as e_runs, array_agg(t.flow_id) filter (where t.idx >= 0) as e_flows,
    array_agg(x.base) filter (where t.idx >= 0) as e_bases, array_agg(t.node) filter (where t.idx >= 0) as e_nodes,
    array_agg(1) filter (where t.idx >= 0) as e_bad
  into _t
  from unnest(_spent, _bases) with ordinality as x (spent, base, at)
  cross join lateral (select (_tasks[x.at]).*) as t
  join flowc._nodes n on n.flow_id = t.flow_id and n.node = t.node
  where x.spent and n.soft;
  runs := _t.runs; flows := _t.flows; bases := _t.bases; nodes := _t.nodes; sts := _t.sts;
  e_runs := _t.e_runs; e_flows := _t.e_flows; e_bases := _t.e_bases; e_nodes := _t.e_nodes; e_bad := _t.e_bad;

  select array_agg(t.run_id order by t.idx), array_agg(t.node order by t.idx), array_agg(x.error order by t.idx)
  into f_runs, f_nodes, f_errors
  from unnest(_spent, _errs) with ordinality as x (spent, error, at)
  cross join lateral (select (_tasks[x.at]).*) as t
  join flowc._nodes n on n.flow_id = t.flow_id and n.node = t.node
  where x.spent and not n.soft;
end
$$;


--
-- Name: _fail_settling(integer, timestamp with time zone, uuid[], integer[], smallint[], smallint[], jsonb[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._fail_settling(_bucket integer, _now timestamp with time zone, _runs uuid[], _flows integer[], _nodes smallint[], _sts smallint[], _sources jsonb[], OUT runs uuid[], OUT nodes smallint[], OUT errors jsonb[]) RETURNS record
    LANGUAGE sql
    AS $$
  with failures as (
    select v.run_id, v.node, v.st, case when v.st = 9
        then jsonb_build_object('class', 'ConditionUnmet',
          'message', format('the condition of `%s` was not met, and its `on_unmet` is fail', n.step_slug))
        else jsonb_build_object('class', 'NotAnArray',
          'message', format('`%s` maps over what is no array: %s', n.step_slug, coalesce(left(v.source::text, 200), 'null')))
      end as error
    from unnest(_runs, _flows, _nodes, _sts, _sources) as v (run_id, flow_id, node, st, source)
    join flowc._nodes n on n.flow_id = v.flow_id and n.node = v.node
    where v.st in (5, 7, 9)
  ), kept as (
    insert into flowc._errors (bucket, run_id, node, idx, attempt, terminal, error, failed_at)
    select _bucket, f.run_id, f.node, -1, 0, true, f.error, _now from failures f
    on conflict (bucket, run_id, node, idx, attempt) do update set error = excluded.error, failed_at = excluded.failed_at
  ), marked as (
    insert into flowc._done (bucket, run_id, node, idx, st, attempt, ended_at)
    select _bucket, f.run_id, f.node, -1, 7, 0, _now from failures f where f.st > 5
  )
  select array_agg(f.run_id), array_agg(f.node), array_agg(f.error) from failures f where f.st > 5
$$;


--
-- Name: _finish(integer, timestamp with time zone, uuid[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._finish(_bucket integer, _now timestamp with time zone, _ended uuid[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
  _waits uuid[];
  _maps  uuid[];
begin
  with facts as (
    select r.place, r.run_id, p.has_waits, p.has_maps,
      case when p.has_soft then flowc._skipped_failures(_bucket, r.run_id, r.flow_id) else 0 end as failures,
      case when p.returns is not null then flowc._resolve(p.returns, jsonb_build_object('input', r.input) || (
        select coalesce(jsonb_object_agg(s.slug, coalesce(d.output, 'null')), '{}')
        from unnest(p.ret_nodes, p.ret_slugs) as s (node, slug)
        left join lateral (select d.output from flowc._done d
          where d.bucket = _bucket and d.run_id = r.run_id and d.node = s.node and d.idx = -1 and d.st = 1 limit 1) as d on true
      )) end as output
    from unnest(_ended) as e (run_id)
    cross join lateral (select r.ctid as place, r.run_id, r.flow_id, r.input from flowc._runs r
                        where r.bucket = _bucket and r.run_id = e.run_id limit 1) as r
    cross join lateral (select * from flowc._plans p where p.flow_id = r.flow_id limit 1) as p
  ), ended as (
    update flowc._runs r set status = 2, ended_at = _now, output = f.output, skipped_failures = f.failures
    from facts f where r.ctid = f.place
  )
  select array_agg(run_id) filter (where has_waits), array_agg(run_id) filter (where has_maps) into _waits, _maps from facts;
  if _waits is not null then
    delete from flowc._waits w where w.bucket = _bucket and w.run_id = any(_waits);
  end if;
  if _maps is not null then
    delete from flowc._maps m where m.bucket = _bucket and m.run_id = any(_maps);
  end if;
end
$$;


--
-- Name: _held(integer, uuid[], text[], integer[], integer[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._held(_bucket integer, _runs uuid[], _slugs text[], _idxs integer[], _attempts integer[]) RETURNS TABLE(at integer, place tid, timeout bigint)
    LANGUAGE sql
    AS $$
  select b.at::integer, l.ctid, n.timeout
  from unnest(_runs, _slugs, _idxs, _attempts) with ordinality as b (run_id, slug, idx, attempt, at)
  cross join lateral (select u.flow_id, u.priority as base from flowc._runs u
    where u.bucket = _bucket and u.run_id = b.run_id and u.status = 1 limit 1) as u
  cross join lateral (select n.node, n.queue, n.priority, n.timeout from flowc._nodes n
    where n.flow_id = u.flow_id and n.step_slug = b.slug collate "C" and n.kind < 3 limit 1) as n
  cross join lateral (select l.ctid from flowc._live l
    where l.bucket = _bucket and l.prio = -(u.base + n.priority) and l.queue = n.queue and l.flow_id = u.flow_id
      and l.run_id = b.run_id and l.node = n.node and l.idx = coalesce(b.idx, -1) and l.attempt = b.attempt
      and l.lease_expires_at is not null limit 1) as l
$$;


--
-- Name: _hold_off_starts(); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._hold_off_starts() RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
  _timeout text := current_setting('lock_timeout');
begin
  perform set_config('lock_timeout', case _timeout when '0' then '2s' else _timeout end, true);
  lock table flowc.flows in access exclusive mode;
  perform set_config('lock_timeout', _timeout, true);
exception
  when lock_not_available then
    raise exception 'a transaction that starts runs, or looks at flows, stays open: no flow can be deleted now'
      using errcode = 'FC005', hint = 'Try again when it has ended.';
end
$$;


--
-- Name: _is_met(integer, uuid, smallint[], text[], boolean, jsonb[], jsonb[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._is_met(_bucket integer, _run_id uuid, _nodes smallint[], _slugs text[], _input boolean, _run_if jsonb[], _run_unless jsonb[]) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
declare
  _values jsonb := flowc._values(_bucket, _run_id, _nodes, _slugs, _input);
begin
  return (_run_if is null or (_values @> any(_run_if)) is true)
     and (_run_unless is null or (_values @> any(_run_unless)) is not true);
end
$$;


--
-- Name: _items_at_hand(integer, uuid, integer, smallint, integer[], jsonb[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._items_at_hand(_bucket integer, _run_id uuid, _flow_id integer, _node smallint, _idxs integer[], _items jsonb[]) RETURNS jsonb[]
    LANGUAGE plpgsql
    AS $$
declare
  _held integer[];
begin
  if not exists (select from flowc._blob_refs f where f.bucket = _bucket and f.run_id = _run_id) then
    return _items;
  end if;
  _held := array(select (m #>> '{path,0}')::integer
                 from jsonb_array_elements(flowc._marks_of_source(_bucket, _run_id, _flow_id, _node)) as m
                 where m -> 'path' <> '[]');
  return array(select case when t.idx <> all(_held) then t.item end from unnest(_idxs, _items) with ordinality as t (idx, item, n) order by t.n);
end
$$;


--
-- Name: _keyed_run_id(text, text, integer); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._keyed_run_id(_flow_slug text, _run_key text, _buckets integer) RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select encode(
    set_bit(set_bit(set_bit(set_bit(set_bit(set_bit(
      overlay(substring(h from 1 for 16) placing int2send((b - (b / 32768) * 65536)::smallint) from 15 for 2),
      55, 1), 54, 0), 53, 0), 52, 0), 71, 1), 70, 0), 'hex')::uuid
  from (select sha256(convert_to(_flow_slug, 'UTF8') || '\x00'::bytea || convert_to(_run_key, 'UTF8'))) as d (h)
  cross join lateral (select (get_byte(h, 30) * 256 + get_byte(h, 31)) % _buckets) as p (b)
$$;


--
-- Name: _lease(integer, timestamp with time zone, text, integer[], integer, interval, text[], uuid[], smallint[], integer); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._lease(_bucket integer, _now timestamp with time zone, _worker text, _needs integer[], _limit integer, _lease interval, _queues text[], _h_runs uuid[], _h_nodes smallint[], _h_flow integer) RETURNS SETOF flowc.leased_task
    LANGUAGE plpgsql
    AS $$
declare
  _prio   integer := -2147483648;
  _first  record;
  _queue  text[];
  _flow   integer[];
  _from   uuid[];
  _n      integer;
  _share  integer;
begin
  if exists (select from flowc._later l where l.bucket = _bucket and l.due <= _now) then
    perform flowc._awake(_bucket, _now);
  end if;
  _limit := _limit - coalesce(cardinality(_h_runs), 0);
  while _limit > 0 loop
    select f.prio, f.queue, f.flow_id, f.run_id, f.prio = o.prio as lowest, (f.queue, f.flow_id) = (o.queue, o.flow_id) as alone into _first
    from (select l.prio, l.queue, l.flow_id, l.run_id from flowc._live l
          where l.bucket = _bucket and l.prio > _prio order by l.prio, l.queue, l.flow_id, l.run_id limit 1) as f,
         (select l.prio, l.queue, l.flow_id from flowc._live l
          where l.bucket = _bucket order by l.prio desc, l.queue desc, l.flow_id desc, l.run_id desc limit 1) as o;
    exit when not found;
    _prio := _first.prio;
    if _first.lowest and _first.alone then
      _queue := array[_first.queue]; _flow := array[_first.flow_id]; _from := array[_first.run_id];
      _n := case when _queues is null or _first.queue = any(_queues) then 1 else 0 end;
    else
      with recursive groups (queue, flow_id, run_id) as (
        select _first.queue, _first.flow_id, _first.run_id
        union all
        select g.* from groups
        cross join lateral (select l.queue, l.flow_id, l.run_id from flowc._live l
          where l.bucket = _bucket and l.prio = _prio and (l.queue, l.flow_id) > (groups.queue, groups.flow_id)
          order by l.queue, l.flow_id, l.run_id limit 1) as g
      )
      select array_agg(queue), array_agg(flow_id), array_agg(run_id), count(*) into _queue, _flow, _from, _n
      from (select * from groups where _queues is null or queue = any(_queues) order by random()) as shuffled;
    end if;
    -- First a fair share for each flow, then whatever is left.
    foreach _share in array case _n when 0 then '{}' when 1 then array[_limit] else array[greatest(1, _limit / _n), _limit] end loop
      exit when _limit <= 0;
      return query select * from flowc._lease_from(_bucket, _now, _worker, _lease, _needs, _prio, _queue, _flow, _from, _share, _limit,
        _h_runs, _h_nodes, _h_flow);
      get diagnostics _n = row_count;
      _limit := _limit - _n + coalesce(cardinality(_h_runs), 0);
      _h_runs := null;
    end loop;
    exit when _first.lowest;
  end loop;
  if _h_runs is not null then
    return query select * from flowc._lease_from(_bucket, _now, _worker, _lease, _needs, 0, '{}', '{}', '{}', 0, 0, _h_runs, _h_nodes, _h_flow);
  end if;
end
$$;


--
-- Name: _lease_from(integer, timestamp with time zone, text, interval, integer[], integer, text[], integer[], uuid[], integer, integer, uuid[], smallint[], integer); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._lease_from(_bucket integer, _now timestamp with time zone, _worker text, _lease interval, _needs integer[], _prio integer, _queue text[], _flow integer[], _from uuid[], _share integer, _limit integer, _h_runs uuid[], _h_nodes smallint[], _h_flow integer) RETURNS SETOF flowc.leased_task
    LANGUAGE plpgsql
    AS $$
begin
  return query
  with leased as (
    update flowc._live l
    set attempt = l.attempt + 1, since = _now, lease_expires_at = _now + _lease, worker = _worker
    from (
      select c.ctid
      from unnest(_queue, _flow, _from) as p (queue, flow_id, run_id)
      cross join lateral (select l.ctid from flowc._live l
        where l.bucket = _bucket and l.prio = _prio and l.queue = p.queue and l.flow_id = p.flow_id and l.run_id >= p.run_id
          and l.lease_expires_at is null and l.need_id = any(_needs)
        order by l.run_id, l.node, l.idx limit _share for update skip locked) as c
      limit _limit
    ) as c
    where l.ctid = c.ctid
    returning l.run_id, l.flow_id, l.node, l.idx, l.attempt, l.failures, l.item
  )
  select null::text, l.run_id::text, n.flow_slug, n.step_slug, nullif(l.idx, -1), l.attempt, l.failures, _now, _now + _lease,
    _now + _lease + n.timeout * interval '1 millisecond',
    case when n.needs_input or n.has_input then (
      select case when n.needs_input or not r.input_checked then r.input::text end
      from flowc._runs r where r.bucket = _bucket and r.run_id = l.run_id limit 1) end,
    case when n.needs_nodes is not null then (
      select '{' || string_agg(s.before || coalesce((case when s.key is null then d.output else d.output -> s.key end)::text, 'null') || s.after, ',') || '}'
      from unnest(n.needs_nodes, n.needs_keys, n.needs_before, n.needs_after) as s (node, key, before, after)
      left join lateral (select d.output from flowc._done d
        where d.bucket = _bucket and d.run_id = l.run_id and d.node = s.node and d.idx = -1 and d.st = 1 limit 1) as d on true) end,
    l.item::text,
    case when n.sees_errors then flowc._errors_seen(_bucket, l.run_id, n.seen_nodes, n.seen_slugs) end,
    case when n.has_input then (
      select not r.input_checked from flowc._runs r where r.bucket = _bucket and r.run_id = l.run_id limit 1) end,
    case when (select exists (select from flowc._blob_refs)) and exists (
        select from flowc._blob_refs f where f.bucket = _bucket and f.run_id = l.run_id)
      then flowc._marks_of(_bucket, l.run_id, n.seen_nodes, n.seen_slugs)::text end
  from (
    select * from leased
    union all
    select h.run_id, _h_flow, h.node, -1, 1, 0, null from unnest(_h_runs, _h_nodes) as h (run_id, node)) as l
  cross join lateral (select * from flowc._nodes n where n.flow_id = l.flow_id and n.node = l.node limit 1) as n;
end
$$;


--
-- Name: _lock_runs(integer, uuid[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._lock_runs(_bucket integer, _runs uuid[]) RETURNS void
    LANGUAGE sql
    AS $$
  select from flowc._runs r where r.bucket = _bucket and r.run_id = any(_runs) and r.status = 1
  order by r.run_id for no key update
$$;


--
-- Name: _look_up(jsonb, text[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._look_up(_value jsonb, _path text[]) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $_$
declare
  _segment text;
begin
  foreach _segment in array coalesce(_path, '{}') loop
    if jsonb_typeof(_value) = 'object' then
      _value := _value -> _segment;
    elsif jsonb_typeof(_value) = 'array' and _segment ~ '^[0-9]{1,9}$' then
      _value := _value -> _segment::integer;
    else
      return null;
    end if;
  end loop;
  return _value;
end
$_$;


--
-- Name: _map_source(integer, uuid, smallint, boolean, text[], jsonb, smallint[], text[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._map_source(_bucket integer, _run_id uuid, _node smallint, _input boolean, _path text[], _literal jsonb, _nodes smallint[], _slugs text[], OUT source jsonb, OUT present boolean) RETURNS record
    LANGUAGE plpgsql
    AS $$
begin
  present := true;
  if _literal is not null then
    source := flowc._resolve(_literal, flowc._values(_bucket, _run_id, _nodes, _slugs, true));
  elsif _input then
    select flowc._look_up(r.input, _path) into source from flowc._runs r where r.bucket = _bucket and r.run_id = _run_id;
  else
    select flowc._look_up(d.output, _path) into source from flowc._done d
    where d.bucket = _bucket and d.run_id = _run_id and d.node = _node and d.idx = -1 and d.st = 1;
    present := found;
  end if;
end
$$;


--
-- Name: _mark_blobs(integer, uuid[], text[], integer[], integer[], jsonb[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._mark_blobs(_bucket integer, _runs uuid[], _slugs text[], _idxs integer[], _attempts integer[], _blobs jsonb[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  perform flowc._refer_blobs(_bucket, _runs, _blobs);
  update flowc._done d set blobs = b.blobs
  from unnest(_runs, _slugs, _idxs, _attempts, _blobs) as b (run_id, slug, idx, attempt, blobs)
  cross join lateral (select u.flow_id from flowc._runs u where u.bucket = _bucket and u.run_id = b.run_id limit 1) as u
  cross join lateral (select n.node from flowc._nodes n
    where n.flow_id = u.flow_id and n.step_slug = b.slug collate "C" and n.kind < 3 limit 1) as n
  where b.blobs is not null and d.bucket = _bucket and d.run_id = b.run_id and d.node = n.node and d.idx = coalesce(b.idx, -1)
    and d.attempt = b.attempt and d.st = 1;
end
$$;


--
-- Name: _marks_below(jsonb, text[], text[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._marks_below(_marks jsonb, _path text[], _at text[] DEFAULT '{}'::text[]) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select jsonb_agg(m || jsonb_build_object('path', to_jsonb(_at || p.path[coalesce(cardinality(_path), 0) + 1 :])) order by n)
  from jsonb_array_elements(_marks) with ordinality as e (m, n)
  cross join lateral (select array(select jsonb_array_elements_text(m -> 'path'))) as p (path)
  where coalesce(cardinality(_path), 0) = 0 or p.path[: cardinality(_path)] = _path
$$;


--
-- Name: _marks_of(integer, uuid, smallint[], text[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._marks_of(_bucket integer, _run_id uuid, _nodes smallint[], _slugs text[]) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
  select jsonb_object_agg(v.name, v.blobs)
  from (
    select s.slug as name, d.blobs
    from unnest(_nodes, _slugs) as s (node, slug)
    join flowc._done d on d.bucket = _bucket and d.run_id = _run_id and d.node = s.node and d.idx = -1 and d.st = 1
    where d.blobs is not null
    union all
    select 'input', r.input_blobs from flowc._runs r
    where r.bucket = _bucket and r.run_id = _run_id and r.input_blobs is not null
  ) as v
$$;


--
-- Name: _marks_of_elements(jsonb); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._marks_of_elements(_elements jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select jsonb_agg(m.mark || jsonb_build_object('path', jsonb_build_array(e.key) || (m.mark -> 'path')) order by e.key::integer, m.n)
  from jsonb_each(_elements) as e
  cross join lateral jsonb_array_elements(e.value) with ordinality as m (mark, n)
$$;


--
-- Name: _marks_of_source(integer, uuid, integer, smallint); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._marks_of_source(_bucket integer, _run_id uuid, _flow_id integer, _node smallint) RETURNS jsonb
    LANGUAGE sql
    AS $$
  select case
    when n.map_literal is not null then flowc._blob_places(n.map_literal, flowc._marks_of(_bucket, _run_id, n.map_nodes, n.map_slugs))
    when n.map_input then flowc._marks_below(
      (select r.input_blobs from flowc._runs r where r.bucket = _bucket and r.run_id = _run_id), n.map_path)
    else flowc._marks_below(
      (select d.blobs from flowc._done d where d.bucket = _bucket and d.run_id = _run_id and d.node = n.map_node and d.idx = -1 and d.st = 1),
      n.map_path) end
  from flowc._nodes n where n.flow_id = _flow_id and n.node = _node
$$;


--
-- Name: _need(text[], text[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._need(_handlers text[], _secrets text[]) RETURNS integer
    LANGUAGE plpgsql
    AS $$
declare
  _need_id integer;
begin
  _handlers := array(select distinct h collate "C" from unnest(_handlers) as h order by 1);
  _secrets := array(select distinct s collate "C" from unnest(_secrets) as s order by 1);
  insert into flowc._needs (handlers, secrets) values (_handlers, _secrets) on conflict do nothing;
  select n.need_id into strict _need_id from flowc._needs n where n.handlers = _handlers and n.secrets = _secrets;
  return _need_id;
end
$$;


--
-- Name: _new_run_id(integer, timestamp with time zone); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._new_run_id(_bucket integer, _now timestamp with time zone) RETURNS uuid
    LANGUAGE sql PARALLEL SAFE
    AS $$
  select encode(
    set_bit(set_bit(
      overlay(overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from _now) * 1000)::bigint) from 3) from 1 for 6)
        placing int2send((_bucket - (_bucket / 32768) * 65536)::smallint) from 15 for 2),
      52, 1), 53, 1), 'hex')::uuid
$$;


--
-- Name: _object(jsonb); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._object(_value jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ select case when jsonb_typeof(_value) = 'object' then _value else '{}' end $$;


--
-- Name: _open_map(integer, timestamp with time zone, uuid, integer, integer, smallint, jsonb, boolean); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._open_map(_bucket integer, _now timestamp with time zone, _run_id uuid, _flow_id integer, _base integer, _node smallint, _source jsonb, _again boolean) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
  _total integer := jsonb_array_length(_source);
  _kept  integer[] := '{}';
  _idxs  integer[];
  _items jsonb[];
begin
  if _again then
    _kept := array(select d.idx from flowc._done d
                   where d.bucket = _bucket and d.run_id = _run_id and d.node = _node and d.idx >= 0 and d.st = 1);
  end if;
  select array_agg(e.n::integer - 1 order by e.n), array_agg(e.item order by e.n) into _idxs, _items
  from (
    select e.item, e.n from jsonb_array_elements(_source) with ordinality as e (item, n)
    where not _again or e.n - 1 <> all(_kept)
    order by e.n
    limit (select n.max_parallel from flowc._nodes n where n.flow_id = _flow_id and n.node = _node)
  ) as e;
  insert into flowc._maps (bucket, run_id, node, total, remaining, opened, sparse)
  values (_bucket, _run_id, _node, _total, _total - cardinality(_kept),
          coalesce(_idxs[cardinality(_idxs)] + 1, _total), _again);
  if _idxs is not null then
    _items := flowc._items_at_hand(_bucket, _run_id, _flow_id, _node, _idxs, _items);
    perform flowc._put(_bucket, _now, _run_id, _flow_id, _base, _node, _idxs, _items, _again, true);
  end if;
end
$$;


--
-- Name: _open_window(integer, timestamp with time zone, uuid, integer, integer, smallint, integer); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._open_window(_bucket integer, _now timestamp with time zone, _run_id uuid, _flow_id integer, _base integer, _node smallint, _n integer) RETURNS void
    LANGUAGE plpgsql
    AS $_$
declare
  _m      record;
  _source jsonb;
  _idxs   integer[];
  _items  jsonb[];
begin
  select * into _m from flowc._maps m where m.bucket = _bucket and m.run_id = _run_id and m.node = _node;
  select s.source into _source from flowc._nodes n
  cross join lateral flowc._map_source(_bucket, _run_id, n.map_node, n.map_input, n.map_path, n.map_literal, n.map_nodes, n.map_slugs) as s
  where n.flow_id = _flow_id and n.node = _node;
  if _m.sparse then
    select array_agg(e.idx order by e.idx), array_agg(e.item order by e.idx) into _idxs, _items
    from (select (e.n - 1)::integer as idx, e.item from jsonb_array_elements(_source) with ordinality as e (item, n)
          where e.n > _m.opened and not exists (select from flowc._done d where d.bucket = _bucket and d.run_id = _run_id
                                                and d.node = _node and d.idx = e.n - 1 and d.st = 1)
          order by e.n limit _n) as e;
  else
    select array_agg((_m.opened + e.n - 1)::integer order by e.n), array_agg(e.item order by e.n) into _idxs, _items
    from jsonb_array_elements(jsonb_path_query_array(_source, '$[$first to $last]',
      jsonb_build_object('first', _m.opened, 'last', least(_m.opened + _n, _m.total) - 1))) with ordinality as e (item, n);
  end if;
  update flowc._maps m set opened = coalesce(_idxs[cardinality(_idxs)] + 1, m.total)
  where m.bucket = _bucket and m.run_id = _run_id and m.node = _node;
  if _idxs is not null then
    _items := flowc._items_at_hand(_bucket, _run_id, _flow_id, _node, _idxs, _items);
    perform flowc._put(_bucket, _now, _run_id, _flow_id, _base, _node, _idxs, _items, _m.sparse, false);
  end if;
end
$_$;


--
-- Name: _plan_conditions(jsonb); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._plan_conditions(_step jsonb, OUT run_if jsonb[], OUT run_unless jsonb[], OUT slugs text[], OUT input boolean) RETURNS record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select i.patterns, u.patterns,
    (select array_agg(distinct k collate "C" order by k collate "C")
     from unnest(i.patterns || u.patterns) as p, jsonb_object_keys(p) as k where k <> 'input'),
    exists (select from unnest(i.patterns || u.patterns) as p where p ? 'input')
  from (select array_agg(value) from jsonb_array_elements(_step -> 'run_if')) as i (patterns),
       (select array_agg(value) from jsonb_array_elements(_step -> 'run_unless')) as u (patterns)
$$;


--
-- Name: _plan_edges(integer, text); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._plan_edges(_flow_id integer, _slug text) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  -- Join and condition edges; a branch as a dependency is its end.
  insert into flowc._edges (flow_id, parent, child, kind, same_gate)
  select _flow_id, p.node, c.node, case d.kind when 'join' then 0 else 1 end,
    coalesce(p.kind <> 3 and ps.branch = cs.branch, false)
  from flowc.deps d
  join flowc.steps ps on ps.flow_slug = _slug and ps.step_slug = d.depends_on
  join flowc.steps cs on cs.flow_slug = _slug and cs.step_slug = d.step_slug
  join flowc._nodes p on p.flow_id = _flow_id and p.step_slug = d.depends_on and p.kind <> 2
  join flowc._nodes c on c.flow_id = _flow_id and c.step_slug = d.step_slug and c.kind <> 3
  where d.flow_slug = _slug and d.kind <> 'gate';

  -- Gate edges, where no edge from a step of the same branch carries the gate's word already.
  insert into flowc._edges (flow_id, parent, child, kind, same_gate)
  select _flow_id, g.node, c.node, 2, false
  from flowc.steps s
  join flowc._nodes c on c.flow_id = _flow_id and c.step_slug = s.step_slug and c.kind <> 3
  join flowc._nodes g on g.flow_id = _flow_id and g.step_slug = s.branch and g.kind = 2
  where s.flow_slug = _slug
    and not exists (select from flowc._edges e where e.flow_id = _flow_id and e.child = c.node and e.same_gate);

  perform flowc._plan_ends(_flow_id, _slug);

  insert into flowc._edges (flow_id, parent, child, kind, same_gate)
  select _flow_id, -1, n.node, 1, false from flowc._nodes n
  where n.flow_id = _flow_id and not exists (select from flowc._edges e where e.flow_id = _flow_id and e.child = n.node);
  insert into flowc._edges (flow_id, parent, child, kind, same_gate)
  select _flow_id, n.node, 32767, 1, false from flowc._nodes n
  where n.flow_id = _flow_id and not exists (select from flowc._edges e where e.flow_id = _flow_id and e.parent = n.node);

  update flowc._nodes n set n_in = c.n_in, n_join = c.n_join
  from (select child, count(*) as n_in, count(*) filter (where kind = 0) as n_join
        from flowc._edges where flow_id = _flow_id group by child) as c
  where n.flow_id = _flow_id and n.node = c.child;
  update flowc._nodes n set cond_nodes = array(
      select c.node from unnest(n.cond_slugs) with ordinality as s (slug, at)
      join flowc._nodes c on c.flow_id = _flow_id and c.step_slug = s.slug collate "C" and c.kind <> 3 order by s.at)
  where n.flow_id = _flow_id and (n.run_if is not null or n.run_unless is not null);
  update flowc._edges e set n_in = n.n_in, n_join = n.n_join, queue = n.queue, priority = n.priority,
    max_attempts = n.max_attempts, need_id = n.need_id,
    plain = n.kind = 0 and n.join_kind = 0 and n.run_if is null and n.run_unless is null and n.delay = 0
  from flowc._nodes n
  where e.flow_id = _flow_id and n.flow_id = _flow_id and n.node = e.child;
  update flowc._nodes n set next_node = e.child, next_need_id = e.need_id, next_max_attempts = e.max_attempts
  from flowc._edges e
  where n.flow_id = _flow_id and n.kind = 0 and e.flow_id = _flow_id and e.parent = n.node
    and e.plain and e.n_in = 1 and e.queue = n.queue
    and not exists (select from flowc._nodes o where o.flow_id = _flow_id and o.kind < 2 and o.priority <> n.priority)
    and not exists (select from flowc._edges o where o.flow_id = _flow_id and o.parent = n.node and o.child <> e.child);
  update flowc._edges e set n_in = (select count(*) from flowc._edges o where o.flow_id = _flow_id and o.child = 32767)
  where e.flow_id = _flow_id and e.child = 32767;
end
$$;


--
-- Name: _plan_ends(integer, text); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._plan_ends(_flow_id integer, _slug text) RETURNS void
    LANGUAGE sql
    AS $$
  with recursive inside (step_slug, branch) as (
    select s.step_slug, s.branch from flowc.steps s where s.flow_slug = _slug and s.branch is not null
    union
    select i.step_slug, b.branch from inside i
    join flowc.steps b on b.flow_slug = _slug and b.step_slug = i.branch
    where b.branch is not null
  ), waited (step_slug, branch) as (
    -- within a branch, who waits for a nested branch waits for every step in it
    select i.step_slug, i.branch
    from inside i
    join flowc.deps d on d.flow_slug = _slug and d.kind <> 'gate'
      and (d.depends_on = i.step_slug or exists (select from inside o where o.step_slug = i.step_slug and o.branch = d.depends_on))
    join inside w on w.step_slug = d.step_slug and w.branch = i.branch
  ), final as (
    select i.branch, array_agg(n.node order by n.node) as nodes
    from inside i
    join flowc._nodes n on n.flow_id = _flow_id and n.step_slug = i.step_slug and n.kind < 2
    where not exists (select from waited w where w.step_slug = i.step_slug and w.branch = i.branch)
    group by i.branch
  ), kept as (
    update flowc._nodes n set final_nodes = f.nodes
    from final f where n.flow_id = _flow_id and n.step_slug = f.branch and n.kind > 1
    returning n.node, n.kind, f.nodes
  )
  insert into flowc._edges (flow_id, parent, child, kind, same_gate)
  select _flow_id, p, k.node, 0, false from kept k cross join lateral unnest(k.nodes) as p where k.kind = 3
$$;


--
-- Name: _plan_inputs(integer, text); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._plan_inputs(_flow_id integer, _slug text) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  with recursive around (step_slug, holder) as (
    select s.step_slug, s.step_slug from flowc.steps s where s.flow_slug = _slug and s.kind <> 'branch'
    union
    select a.step_slug, s.branch from around a
    join flowc.steps s on s.flow_slug = _slug and s.step_slug = a.holder where s.branch is not null
  ), seen as (
    select a.step_slug, array_agg(distinct n.node order by n.node) as nodes
    from around a
    join flowc.deps d on d.flow_slug = _slug and d.step_slug = a.holder and d.kind <> 'gate'
    join flowc._nodes n on n.flow_id = _flow_id and n.step_slug = d.depends_on and n.kind < 2
    group by a.step_slug
  )
  update flowc._nodes n
  set seen_nodes = seen.nodes,
      seen_slugs = array(select o.step_slug from flowc._nodes o
                         where o.flow_id = _flow_id and o.node = any(seen.nodes) order by o.node)
  from seen where n.flow_id = _flow_id and n.step_slug = seen.step_slug and n.kind < 2;

  update flowc._nodes n
  set sees_errors = exists (select from flowc._nodes o where o.flow_id = _flow_id and o.soft and o.node = any(n.seen_nodes)),
      needs_input = w.template is null and n.kind = 0
                    or exists (select from flowc._references(w.template) r where r.name = 'input'),
      needs_nodes = i.nodes, needs_keys = i.keys, needs_before = i.before, needs_after = i.after
  from flowc.steps s
  cross join lateral (select s.definition -> 'with') as w (template)
  cross join lateral (
    select array_agg(o.node order by o.node), array_agg(o.key order by o.node),
           array_agg(to_json(o.step_slug) || ':' || coalesce('{' || to_json(o.key) || ':', '') order by o.node),
           array_agg(case when o.key is null then '' else '}' end order by o.node)
    from flowc._planned_inputs(_flow_id, s.step_slug, w.template) as o
  ) as i (nodes, keys, before, after)
  where s.flow_slug = _slug and n.flow_id = _flow_id and n.step_slug = s.step_slug and n.kind < 2;
end
$$;


--
-- Name: _plan_nodes(integer, text, jsonb); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._plan_nodes(_flow_id integer, _slug text, _definition jsonb) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
  _secrets text[] := array(select jsonb_array_elements_text(coalesce(_definition -> 'secrets', '[]')));
begin
  insert into flowc._nodes (
    flow_id, node, flow_slug, step_slug, kind, join_kind, run_if, run_unless, cond_slugs, cond_input, unmet_fails, soft,
    map_input, map_path, map_literal, max_parallel, need_id, queue, priority, max_attempts, base_delay, max_delay,
    jitter, timeout, delay, has_input)
  select _flow_id, row_number() over (order by s.step_slug) - 1, _slug, s.step_slug,
    array_position(array['task', 'map', 'branch'], s.kind) - 1,
    coalesce(array_position(array['any', 'none', 'settled'], d ->> 'join'), 0),
    c.run_if, c.run_unless, c.slugs, c.input,
    coalesce(d ->> 'on_unmet' = 'fail', false),
    coalesce(d ->> 'on_failure' = 'skip', false),
    coalesce(m.source[1] = 'input', false), m.source[2:],
    case when jsonb_typeof(d -> 'map') = 'array' then d -> 'map' end,
    (d ->> 'max_parallel')::integer,
    case when s.kind <> 'branch' then flowc._need(s.handler, _secrets) end,
    case when s.kind <> 'branch' then coalesce(d ->> 'queue', 'default') end,
    coalesce((d ->> 'priority')::integer, 0),
    coalesce((d #>> '{retry,max_attempts}')::integer, 3),
    coalesce((d #>> '{retry,base_delay}')::bigint, 1000),
    coalesce((d #>> '{retry,max_delay}')::bigint, 300000),
    coalesce((d #>> '{retry,jitter}')::double precision, 0.1),
    coalesce((d ->> 'timeout')::bigint, 60000),
    coalesce((d ->> 'delay')::bigint, 0),
    _definition ? 'input'
  from flowc.steps s
  cross join lateral (select s.definition) as def (d)
  cross join lateral (
    select case when jsonb_typeof(d -> 'map') = 'string' then string_to_array(substr(d ->> 'map', 2), '.') end
  ) as m (source)
  cross join lateral flowc._plan_conditions(d) as c
  where s.flow_slug = _slug;

  update flowc._nodes n set map_node = o.node
  from flowc.steps s, flowc._nodes o
  where s.flow_slug = _slug and jsonb_typeof(s.definition -> 'map') = 'string' and not n.map_input
    and n.flow_id = _flow_id and n.step_slug = s.step_slug
    and o.flow_id = _flow_id and o.step_slug = split_part(substr(s.definition ->> 'map', 2), '.', 1) collate "C";

  update flowc._nodes n set (map_nodes, map_slugs) = (
    select array_agg(o.node order by o.node), array_agg(o.step_slug order by o.node)
    from flowc._nodes o
    where o.flow_id = _flow_id and o.kind < 2 and o.step_slug in (select r.name from flowc._references(n.map_literal) r))
  where n.flow_id = _flow_id and n.map_literal is not null;

  insert into flowc._nodes (flow_id, node, flow_slug, step_slug, kind, join_kind)
  select _flow_id, (select count(*) from flowc.steps s where s.flow_slug = _slug) - 1 + row_number() over (order by b.step_slug),
    _slug, b.step_slug, 3, 1
  from flowc.steps b
  where b.flow_slug = _slug and b.kind = 'branch'
    and exists (select from flowc.deps d
                where d.flow_slug = _slug and d.depends_on = b.step_slug and d.kind <> 'gate');
end
$$;


--
-- Name: _planned_inputs(integer, text, jsonb); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._planned_inputs(_flow_id integer, _step_slug text, _with jsonb) RETURNS TABLE(node smallint, step_slug text, key text)
    LANGUAGE sql STABLE
    AS $_$
  select n.node, n.step_slug,
    case when count(distinct r.path[1]) = 1 and bool_and(r.path[1] is not null and r.path[1] !~ '^[0-9]+$') then min(r.path[1]) end
  from flowc._references(_with) r
  join flowc._nodes n on n.flow_id = _flow_id and n.step_slug = r.name collate "C" and n.kind < 2
  where _with is not null
  group by n.node, n.step_slug
  union all
  select o.node, o.step_slug, null
  from flowc._nodes n
  join flowc._nodes o on o.flow_id = _flow_id and o.node = any(n.seen_nodes)
  where n.flow_id = _flow_id and n.step_slug = _step_slug collate "C" and n.kind = 0 and _with is null
$_$;


--
-- Name: _put(integer, timestamp with time zone, uuid, integer, integer, smallint, integer[], jsonb[], boolean, boolean); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._put(_bucket integer, _now timestamp with time zone, _run_id uuid, _flow_id integer, _base integer, _node smallint, _idxs integer[], _items jsonb[], _again boolean, _delayed boolean) RETURNS void
    LANGUAGE sql
    AS $$
  select flowc._ready(_bucket, _now, array_fill(_run_id, array[n]), array_fill(_flow_id, array[n]), array_fill(_base, array[n]),
    array_fill(_node, array[n]), _idxs, _items, _again, _delayed)
  from cardinality(_idxs) as n
$$;


--
-- Name: _ready(integer, timestamp with time zone, uuid[], integer[], integer[], smallint[], integer[], jsonb[], boolean, boolean); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._ready(_bucket integer, _now timestamp with time zone, _runs uuid[], _flows integer[], _bases integer[], _nodes smallint[], _idxs integer[], _items jsonb[], _again boolean, _delayed boolean DEFAULT true) RETURNS void
    LANGUAGE sql
    AS $$
  with before as (
    delete from flowc._done d
    where _again and d.ctid = any(array(
      select o.ctid from unnest(_runs, _nodes, _idxs) as t (run_id, node, idx)
      cross join lateral (select o.ctid from flowc._done o
        where o.bucket = _bucket and o.run_id = t.run_id and o.node = t.node and o.idx = t.idx and o.st > 4 limit 1) as o))
    returning d.run_id, d.node, d.idx, d.attempt
  ), tasks as (
    select t.*, n.priority, n.queue, n.need_id, n.max_attempts, n.delay, n.delay > 0 and _delayed and not _again as asleep,
      coalesce(b.attempt, 0) as attempt
    from unnest(_runs, _flows, _bases, _nodes, _idxs, _items) as t (run_id, flow_id, base, node, idx, item)
    cross join lateral (select * from flowc._nodes n where n.flow_id = t.flow_id and n.node = t.node limit 1) as n
    left join before b on _again and b.run_id = t.run_id and b.node = t.node and b.idx = t.idx
  ), later as (
    insert into flowc._later (bucket, run_id, node, idx, due, prio, queue, flow_id, need_id, attempt, failures, max_attempts, item)
    select _bucket, run_id, node, idx, _now + delay * interval '1 millisecond', -(base + priority), queue, flow_id, need_id,
      attempt, 0, max_attempts, item
    from tasks where asleep
  )
  insert into flowc._live (bucket, prio, queue, flow_id, run_id, node, idx, need_id, attempt, max_attempts, since, item)
  select _bucket, -(base + priority), queue, flow_id, run_id, node, idx, need_id, attempt, max_attempts, _now, item
  from tasks where not asleep
$$;


--
-- Name: _refer_blobs(integer, uuid[], jsonb[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._refer_blobs(_bucket integer, _runs uuid[], _marks jsonb[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
  _ids  text[];
  _gone text;
begin
  _ids := array(select distinct m ->> 'blob_id' from unnest(_marks) as o (marks), jsonb_array_elements(o.marks) as m);
  perform from flowc._blobs b where b.blob_id = any(_ids) and b.ready order by b.blob_id for key share;
  select i into _gone from unnest(_ids) as i
  where not exists (select from flowc._blobs b where b.blob_id = i and b.ready) order by i limit 1;
  if _gone is not null then
    raise exception 'blob % is not stored', _gone using errcode = 'foreign_key_violation';
  end if;
  insert into flowc._blob_refs (bucket, run_id, blob_id)
  select distinct _bucket, o.run_id, m ->> 'blob_id'
  from unnest(_runs, _marks) as o (run_id, marks), jsonb_array_elements(o.marks) as m
  where exists (select from flowc._runs r where r.bucket = _bucket and r.run_id = o.run_id)
  on conflict do nothing;
end
$$;


--
-- Name: _references(jsonb); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._references(_template jsonb) RETURNS TABLE(name text, path text[])
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
  select parts[1], parts[2:]
  from (
    select distinct string_to_array(substr(value #>> '{}', 2), '.') as parts
    from jsonb_path_query(_template, 'strict $.** ? (@.type() == "string")') as value
    where left(value #>> '{}', 1) = '$' and substr(value #>> '{}', 2, 1) <> '$'
  ) as found
$_$;


--
-- Name: _reopen(integer, timestamp with time zone, uuid, integer, integer); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._reopen(_bucket integer, _now timestamp with time zone, _run_id uuid, _flow_id integer, _base integer) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
  _a record;
  _f record;
  _m record;
begin
  delete from flowc._done d where d.bucket = _bucket and d.run_id = _run_id and d.st = 7 and d.attempt = 0;
  -- Elements that failed softly in a map that did not settle are tried again too.
  update flowc._done d set st = 6
  where d.bucket = _bucket and d.run_id = _run_id and d.idx >= 0 and d.st = 5
    and not exists (select from flowc._done m where m.bucket = _bucket and m.run_id = _run_id and m.node = d.node and m.idx = -1 and m.st < 6);

  with settled (node, st) as (
    select -1, 1 union all
    select d.node, d.st from flowc._done d where d.bucket = _bucket and d.run_id = _run_id and d.idx = -1 and d.st < 6
  ), arrived as (
    select e.child, count(*)::integer as n, count(*) filter (where e.kind = 0 and s.st = 1)::integer as ok,
      bool_or(e.kind = 2 and s.st <> 1 or e.same_gate and s.st = 2) as closed, min(e.n_in) as n_in
    from settled s join flowc._edges e on e.flow_id = _flow_id and e.parent = s.node
    where not exists (select from settled o where o.node = e.child)
    group by e.child
  ), waiting as (
    insert into flowc._waits (bucket, run_id, node, arrived, ok, closed)
    select _bucket, _run_id, child, n, ok, closed from arrived where n < n_in
  )
  select array_agg((_run_id, _flow_id, _base, child, n, ok, closed)::flowc._arrival) filter (where child <> 32767) as whole,
    bool_or(child = 32767) as ended
  into _a from arrived where n = n_in;

  if _a.whole is not null then
    select * into _f from flowc._turn(_bucket, _now, _a.whole, true);
    for _m in select m.node from flowc._maps m where m.bucket = _bucket and m.run_id = _run_id and m.remaining = 0 loop
      _f.runs := _f.runs || _run_id; _f.flows := _f.flows || _flow_id; _f.bases := _f.bases || _base;
      _f.nodes := _f.nodes || _m.node;
      _f.sts := _f.sts || flowc._end_map(_bucket, _now, _run_id, _m.node, false);
    end loop;
    perform flowc._advance(_bucket, _now, _f.runs, _f.flows, _f.bases, _f.nodes, _f.sts, _f.f_runs, _f.f_nodes, _f.f_errors);
  elsif _a.ended then
    perform flowc._finish(_bucket, _now, array[_run_id]);
  end if;
end
$$;


--
-- Name: _require_batch(uuid[], text[], integer[], integer[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._require_batch(_runs uuid[], _slugs text[], _idxs integer[], _attempts integer[]) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    AS $$
begin
  if _runs is null or cardinality(_runs) is distinct from cardinality(_slugs)
     or cardinality(_runs) is distinct from cardinality(_idxs) or cardinality(_runs) is distinct from cardinality(_attempts) then
    raise exception 'the arrays of a batch are of one length, an attempt a place: here % run_ids, % step_slugs, % task_indexes, % attempts',
      coalesce(cardinality(_runs)::text, 'no'), coalesce(cardinality(_slugs)::text, 'no'), coalesce(cardinality(_idxs)::text, 'no'),
      coalesce(cardinality(_attempts)::text, 'no') using errcode = 'FC006';
  end if;
end
$$;


--
-- Name: _require_deletable(text, integer); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._require_deletable(_flow_slug text, _flow_id integer) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
  _held boolean;
begin
  perform flowc._require_read_committed();
  if not exists (select from flowc.retired_flows r where r.flow_slug = _flow_slug) then
    raise exception 'flow "%" is not retired', _flow_slug
      using errcode = 'FC005', hint = format('Retire it first: select flowc.retire_flow(%L).', _flow_slug);
  end if;
  -- Looked at before, too, so that starts are held off only where it is worth it.
  foreach _held in array array[false, true] loop
    if _held then
      perform flowc._hold_off_starts();
    end if;
    if exists (select from flowc._runs r where r.flow_id = _flow_id) then
      raise exception 'flow "%" has runs left', _flow_slug
        using errcode = 'FC005', hint = 'Runs that have ended go with prune; those that have not can be cancelled before.';
    end if;
  end loop;
end
$$;


--
-- Name: _require_lease(text, interval); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._require_lease(_worker text, _lease interval) RETURNS void
    LANGUAGE plpgsql IMMUTABLE
    AS $$
begin
  if _worker is null then
    raise exception 'a lease needs the name of a worker' using errcode = 'FC006';
  elsif _lease is null or _lease <= interval '0' then
    raise exception 'a lease is longer than no time at all, not %', coalesce(_lease::text, 'null') using errcode = 'FC006';
  end if;
end
$$;


--
-- Name: _require_read_committed(); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._require_read_committed() RETURNS void
    LANGUAGE plpgsql STABLE
    AS $$
begin
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception 'flowc needs a READ COMMITTED transaction, this one is %', upper(current_setting('transaction_isolation'))
      using errcode = 'FC005', hint = 'Begin it with: begin isolation level read committed.';
  end if;
end
$$;


--
-- Name: _resolve(jsonb, jsonb); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._resolve(_template jsonb, _values jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $_$
declare
  _text text;
  _path text[];
begin
  case jsonb_typeof(_template)
  when 'string' then
    _text := _template #>> '{}';
    if left(_text, 1) <> '$' then
      return _template;
    elsif substr(_text, 2, 1) = '$' then
      return to_jsonb(substr(_text, 2));
    end if;
    _path := string_to_array(substr(_text, 2), '.');
    return coalesce(flowc._look_up(_values -> _path[1], _path[2:]), 'null');
  when 'object' then
    return (select coalesce(jsonb_object_agg(key, flowc._resolve(value, _values)), '{}') from jsonb_each(_template));
  when 'array' then
    return (select coalesce(jsonb_agg(flowc._resolve(value, _values) order by n), '[]')
            from jsonb_array_elements(_template) with ordinality as e (value, n));
  else
    return _template;
  end case;
end
$_$;


--
-- Name: _settle(integer, timestamp with time zone, uuid[], text[], integer[], integer[], smallint[], jsonb[], jsonb[], boolean[], timestamp with time zone[], jsonb[], flowc._heir); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._settle(_bucket integer, _now timestamp with time zone, _runs uuid[], _slugs text[], _idxs integer[], _attempts integer[], _states smallint[], _outputs jsonb[], _errors jsonb[], _retryable boolean[], _retry_at timestamp with time zone[], _blobs jsonb[] DEFAULT NULL::jsonb[], _heir flowc._heir DEFAULT NULL::flowc._heir, OUT answers text[], OUT h_runs uuid[], OUT h_nodes smallint[]) RETURNS record
    LANGUAGE plpgsql
    AS $$
declare
  _t   record;
  _sts smallint[];
begin
  perform from flowc._runs r where r.bucket = _bucket and r.run_id = any(_runs) order by r.run_id for no key update;

  with hit as materialized (
    select b.at::integer as at, b.state, b.output, b.run_id, b.attempt, u.base, n.node, h.ctid, h.failures, h.worker, h.since,
      n.next_node, n.next_need_id, n.next_max_attempts, (b.state = 1 and n.next_need_id = any((_heir).needs)) is true as onward
    from unnest(_runs, _slugs, _idxs, _attempts, _states, _outputs) with ordinality
      as b (run_id, slug, idx, attempt, state, output, at)
    cross join lateral (select u.flow_id, u.priority as base from flowc._runs u
      where u.bucket = _bucket and u.run_id = b.run_id and u.status = 1 limit 1) as u
    cross join lateral (select * from flowc._nodes n
      where n.flow_id = u.flow_id and n.step_slug = b.slug collate "C" and n.kind < 3 limit 1) as n
    cross join lateral (select * , l.ctid from flowc._live l
      where l.bucket = _bucket and l.prio = -(u.base + n.priority) and l.queue = n.queue and l.flow_id = u.flow_id
        and l.run_id = b.run_id and l.node = n.node and l.idx = coalesce(b.idx, -1) and l.attempt = b.attempt
        and case when b.state = 6 then l.lease_expires_at <= _now else l.lease_expires_at is not null end limit 1) as h
  ), handed as (
    update flowc._live l
    set node = t.next_node, need_id = t.next_need_id, max_attempts = t.next_max_attempts, attempt = 1, failures = 0,
      since = _now, lease_expires_at = (_heir).until, worker = (_heir).worker
    from hit t where t.onward and l.ctid = t.ctid
    returning t.at, t.output, t.run_id, t.node, t.attempt, t.failures, t.worker, t.since, t.next_node
  ), taken as (
    delete from flowc._live l
    using hit t where not t.onward and l.ctid = t.ctid
    returning t.at, t.state, t.base, t.output, l.flow_id, l.run_id, l.node, l.idx, l.attempt, l.failures,
      l.worker, l.since, case when t.state <> 1 then l end as task
  ), kept as (
    insert into flowc._done (bucket, run_id, node, idx, st, attempt, failures, worker, started_at, ended_at, output)
    select _bucket, t.run_id, t.node, t.idx, 1, t.attempt, t.failures, t.worker, t.since, _now, coalesce(t.output, 'null')
    from (
      select run_id, node, idx, attempt, failures, worker, since, output from taken where state = 1
      union all
      select run_id, node, -1, attempt, failures, worker, since, output from handed) as t
  )
  select array_agg(at) as ats,
    array_agg(run_id) filter (where plain) as runs, array_agg(flow_id) filter (where plain) as flows,
    array_agg(base) filter (where plain) as bases, array_agg(node) filter (where plain) as nodes,
    array_agg((at, state, base, flow_id, run_id, node, idx, task)::flowc._taken) filter (where not plain) as rare,
    array_agg(run_id) filter (where plain is null) as h_runs, array_agg(node) filter (where plain is null) as h_nodes
  into _t
  from (
    select state = 1 and idx < 0 as plain, at, state, base, flow_id, run_id, node, idx, task from taken
    union all
    select null, at, null, null, null, run_id, next_node, null, null from handed) as t;
  h_runs := _t.h_runs; h_nodes := _t.h_nodes;

  if _blobs is not null then
    perform flowc._mark_blobs(_bucket, _runs, _slugs, _idxs, _attempts, _blobs);
  end if;
  if coalesce(cardinality(_t.ats), 0) < cardinality(_runs) then
    answers := flowc._answers(_bucket, _runs, _slugs, _idxs, _attempts, coalesce(_t.ats, '{}'));
  end if;
  _sts := array_fill(1::smallint, array[coalesce(cardinality(_t.runs), 0)]);
  if _t.rare is not null then
    perform flowc._settle_rare(_bucket, _now, _t.runs, _t.flows, _t.bases, _t.nodes, _sts, _t.rare, _errors, _retryable, _retry_at);
  elsif _t.runs is not null then
    perform flowc._advance(_bucket, _now, _t.runs, _t.flows, _t.bases, _t.nodes, _sts);
  end if;
end
$$;


--
-- Name: _settle_all(uuid[], text[], integer[], integer[], smallint, jsonb[], jsonb[], boolean[], timestamp with time zone[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._settle_all(_runs uuid[], _slugs text[], _idxs integer[], _attempts integer[], _state smallint, _outputs jsonb[], _errors jsonb[], _retryable boolean[], _retry_at timestamp with time zone[]) RETURNS text[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_memoize TO 'off'
    SET jit TO 'off'
    AS $$
declare
  _now     timestamptz := flowc.now();
  _bucket  integer;
  _p       record;
  _answers text[] := array_fill('run_closed'::text, array[cardinality(_runs)]);
  _some    text[];
begin
  perform flowc._require_read_committed();
  perform flowc._require_batch(_runs, _slugs, _idxs, _attempts);
  for _bucket in select distinct flowc.bucket_of(r) from unnest(_runs) as r where r is not null order by 1 loop
    select array_agg(b.at::integer) as ats, array_agg(b.run_id) as runs, array_agg(b.slug) as slugs, array_agg(b.idx) as idxs,
      array_agg(b.attempt) as attempts, array_agg(_state) as states, array_agg(b.output) as outputs, array_agg(b.error) as errors,
      array_agg(b.retryable) as retryable, array_agg(b.retry_at) as retry_at
    into _p
    from unnest(_runs, _slugs, _idxs, _attempts, _outputs, _errors, _retryable, _retry_at) with ordinality
      as b (run_id, slug, idx, attempt, output, error, retryable, retry_at, at)
    where flowc.bucket_of(b.run_id) = _bucket;
    _some := (flowc._settle(_bucket, _now, _p.runs, _p.slugs, _p.idxs, _p.attempts, _p.states, _p.outputs, _p.errors,
      _p.retryable, _p.retry_at)).answers;
    for _i in 1 .. cardinality(_p.ats) loop
      _answers[_p.ats[_i]] := coalesce(_some[_i], 'ok');
    end loop;
    perform flowc._wake(_bucket, _now, cardinality(_p.ats));
  end loop;
  return _answers;
end
$$;


--
-- Name: _settle_elements(integer, timestamp with time zone, uuid[], integer[], integer[], smallint[], integer[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._settle_elements(_bucket integer, _now timestamp with time zone, _runs uuid[], _flows integer[], _bases integer[], _nodes smallint[], _bad integer[], OUT runs uuid[], OUT flows integer[], OUT bases integer[], OUT nodes smallint[], OUT sts smallint[]) RETURNS record
    LANGUAGE plpgsql
    AS $$
declare
  _m record;
begin
  for _m in
    update flowc._maps m set remaining = m.remaining - e.n, bad = m.bad + e.bad
    from (select e.run_id, e.flow_id, e.base, e.node, count(*) as n, sum(e.bad) as bad
          from unnest(_runs, _flows, _bases, _nodes, _bad) as e (run_id, flow_id, base, node, bad)
          group by 1, 2, 3, 4) as e
    where m.bucket = _bucket and m.run_id = e.run_id and m.node = e.node
    returning m.run_id, m.node, m.total, m.remaining, m.bad, m.opened, e.n, e.flow_id, e.base
  loop
    if _m.remaining = 0 then
      runs := runs || _m.run_id; flows := flows || _m.flow_id; bases := bases || _m.base; nodes := nodes || _m.node;
      sts := sts || flowc._end_map(_bucket, _now, _m.run_id, _m.node, _m.bad = _m.total);
    elsif _m.opened < _m.total then
      perform flowc._open_window(_bucket, _now, _m.run_id, _m.flow_id, _m.base, _m.node, _m.n::integer);
    end if;
  end loop;
end
$$;


--
-- Name: _settle_rare(integer, timestamp with time zone, uuid[], integer[], integer[], smallint[], smallint[], flowc._taken[], jsonb[], boolean[], timestamp with time zone[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._settle_rare(_bucket integer, _now timestamp with time zone, _runs uuid[], _flows integer[], _bases integer[], _nodes smallint[], _sts smallint[], _rare flowc._taken[], _errors jsonb[], _retryable boolean[], _retry_at timestamp with time zone[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
  _e      record;
  _failed record;
  _f      record;
  _m      record;
begin
  select array_agg(run_id) as runs, array_agg(flow_id) as flows, array_agg(base) as bases, array_agg(node) as nodes, array_agg(0) as bad
  into _e from unnest(_rare) where state = 1;
  select array_agg(task) as tasks, array_agg(base) as bases, array_agg(state = 6) as expired, array_agg(_errors[at]) as errors,
    array_agg(_retryable[at]) as retryable, array_agg(_retry_at[at]) as retry_at
  into _failed from unnest(_rare) where state <> 1;
  select * into _f
  from flowc._fail(_bucket, _now, _failed.tasks, _failed.bases, _failed.expired, _failed.errors, _failed.retryable, _failed.retry_at)
  where _failed.tasks is not null;
  if _failed.tasks is not null then
    _runs := _runs || _f.runs; _flows := _flows || _f.flows; _bases := _bases || _f.bases;
    _nodes := _nodes || _f.nodes; _sts := _sts || _f.sts;
    _e.runs := _e.runs || _f.e_runs; _e.flows := _e.flows || _f.e_flows; _e.bases := _e.bases || _f.e_bases;
    _e.nodes := _e.nodes || _f.e_nodes; _e.bad := _e.bad || _f.e_bad;
  end if;
  if _e.runs is not null then
    select * into _m from flowc._settle_elements(_bucket, _now, _e.runs, _e.flows, _e.bases, _e.nodes, _e.bad);
    _runs := _runs || _m.runs; _flows := _flows || _m.flows; _bases := _bases || _m.bases;
    _nodes := _nodes || _m.nodes; _sts := _sts || _m.sts;
  end if;
  perform flowc._advance(_bucket, _now, _runs, _flows, _bases, _nodes, _sts, _f.f_runs, _f.f_nodes, _f.f_errors);
end
$$;


--
-- Name: _skip_word(smallint); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._skip_word(_st smallint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ select (array['branch_skipped', 'dependency_skipped', 'condition_unmet', 'handler_failed'])[_st - 1] $$;


--
-- Name: _skipped_failures(integer, uuid, integer); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._skipped_failures(_bucket integer, _run_id uuid, _flow_id integer) RETURNS integer
    LANGUAGE sql
    AS $$
  select count(*)::integer
  from flowc._done d
  join flowc._nodes n on n.flow_id = _flow_id and n.node = d.node
  where d.bucket = _bucket and d.run_id = _run_id and d.st = 5
    and not (n.kind = 1 and d.idx = -1 and exists (
      select from flowc._done e where e.bucket = _bucket and e.run_id = _run_id and e.node = d.node and e.idx >= 0))
$$;


--
-- Name: _start(integer, timestamp with time zone, integer, boolean, uuid[], jsonb[], text[], integer, boolean, jsonb[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._start(_bucket integer, _now timestamp with time zone, _flow_id integer, _plain boolean, _ids uuid[], _inputs jsonb[], _keys text[], _priority integer, _checked boolean, _blobs jsonb[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
  _new uuid[];
begin
  -- A key may be known already; an id that was just made is not, and need not be looked up.
  if _keys is null then
    with started as (
      insert into flowc._runs (bucket, run_id, flow_id, priority, input_checked, input, input_blobs, started_at)
      select _bucket, r.id, _flow_id, _priority, _checked, r.input, r.blobs, _now
      from unnest(_ids, _inputs, _blobs) as r (id, input, blobs) where flowc.bucket_of(r.id) = _bucket order by r.id
      returning run_id
    )
    select array_agg(run_id) into _new from started;
  else
    with started as (
      insert into flowc._runs (bucket, run_id, flow_id, priority, input_checked, run_key, input, input_blobs, started_at)
      select _bucket, r.id, _flow_id, _priority, _checked, r.key, r.input, r.blobs, _now
      from unnest(_ids, _inputs, _keys, _blobs) with ordinality as r (id, input, key, blobs, n)
      where flowc.bucket_of(r.id) = _bucket order by r.id, r.n
      on conflict do nothing
      returning run_id
    )
    select array_agg(run_id) into _new from started;
  end if;
  if _new is not null then
    if _blobs is not null then
      perform flowc._refer_blobs(_bucket, _ids, _blobs);
    end if;
    if _plain then
      insert into flowc._live (bucket, prio, queue, flow_id, run_id, node, idx, need_id, max_attempts, since)
      select _bucket, -(_priority + e.priority), e.queue, _flow_id, r.id, e.child, -1, e.need_id, e.max_attempts, _now
      from unnest(_new) as r (id)
      cross join lateral (select * from flowc._edges e where e.flow_id = _flow_id and e.parent = -1 offset 0) as e;
    else
      perform flowc._advance(_bucket, _now, _new, array_fill(_flow_id, array[cardinality(_new)]),
        array_fill(_priority, array[cardinality(_new)]), array_fill(-1::smallint, array[cardinality(_new)]),
        array_fill(1::smallint, array[cardinality(_new)]));
    end if;
    perform flowc._wake(_bucket, _now, cardinality(_new));
  end if;
end
$$;


--
-- Name: _start_runs(text, jsonb[], text[], integer, boolean, jsonb[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._start_runs(_slug text, _inputs jsonb[], _keys text[], _priority integer, _checked boolean, _blobs jsonb[]) RETURNS uuid[]
    LANGUAGE plpgsql
    AS $$
declare
  _now    timestamptz := flowc.now();
  _flow   record;
  _ids    uuid[];
  _bucket integer;
begin
  perform flowc._require_read_committed();
  if coalesce(cardinality(_keys), cardinality(_inputs)) <> cardinality(_inputs) then
    raise exception '% inputs and % run keys', cardinality(_inputs), cardinality(_keys) using errcode = 'FC006';
  elsif coalesce(cardinality(_blobs), cardinality(_inputs)) <> cardinality(_inputs) then
    raise exception '% inputs and marks of blobs for %', cardinality(_inputs), cardinality(_blobs) using errcode = 'FC006';
  elsif _priority is null or _priority not between -1000000 and 1000000 then
    raise exception 'a priority is a number from -1000000 to 1000000' using errcode = 'FC006';
  end if;
  select p.flow_id, p.input_defaults, p.plain_roots, (select count(*)::integer from flowc._buckets) as buckets,
    exists (select from flowc.retired_flows r where r.flow_slug = _slug) as retired
  into _flow
  from flowc.flows f join flowc._plans p using (flow_id) where f.flow_slug = _slug;
  if not found then
    raise exception 'flow "%" is not deployed', _slug using errcode = 'FC001', hint = 'Deploy it first (flowc deploy).';
  elsif _flow.retired then
    raise exception 'flow "%" is retired', _slug using errcode = 'FC003', hint = 'Start its successor.';
  end if;
  for _i in 1 .. cardinality(_inputs) loop
    if _keys[_i] is null then
      _ids[_i] := flowc._new_run_id(floor(random() * _flow.buckets)::integer, _now);
    else
      _ids[_i] := flowc._keyed_run_id(_slug, _keys[_i], _flow.buckets);
    end if;
    _inputs[_i] := case when jsonb_typeof(_inputs[_i]) = 'object' then _flow.input_defaults || _inputs[_i]
      else coalesce(_inputs[_i], _flow.input_defaults) end;
  end loop;

  foreach _bucket in array case _flow.buckets when 1 then '{0}' else array(select distinct flowc.bucket_of(i) from unnest(_ids) as i order by 1) end loop
    perform flowc._start(_bucket, _now, _flow.flow_id, _flow.plain_roots, _ids, _inputs, _keys, _priority,
      coalesce(_checked, false), _blobs);
  end loop;
  return _ids;
end
$$;


--
-- Name: _status_word(smallint); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._status_word(_status smallint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ select (array['started', 'completed', 'failed', 'cancelled'])[_status] $$;


--
-- Name: _turn(integer, timestamp with time zone, flowc._arrival[], boolean); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._turn(_bucket integer, _now timestamp with time zone, _whole flowc._arrival[], _again boolean, OUT runs uuid[], OUT flows integer[], OUT bases integer[], OUT nodes smallint[], OUT sts smallint[], OUT f_runs uuid[], OUT f_nodes smallint[], OUT f_errors jsonb[]) RETURNS record
    LANGUAGE plpgsql
    AS $$
declare
  _v record;
  _f record;
begin
  select array_agg(v.run_id) as runs, array_agg(v.flow_id) as flows, array_agg(v.base) as bases, array_agg(v.node) as nodes,
    array_agg(v.st) as sts, array_agg(v.source) as sources,
    bool_or(v.st = 0) as tasks, bool_or(v.st = 8) as maps, bool_or(v.st in (5, 7, 9)) as failures,
    bool_or(v.st between 1 and 5) as settled
  into _v
  from flowc._evaluate(_bucket, _whole) as v;

  if _v.failures then
    select * into _f from flowc._fail_settling(_bucket, _now, _v.runs, _v.flows, _v.nodes, _v.sts, _v.sources);
    f_runs := _f.runs; f_nodes := _f.nodes; f_errors := _f.errors;
  end if;
  if _v.settled then
    insert into flowc._done (bucket, run_id, node, idx, st, attempt, ended_at, output)
    select _bucket, v.run_id, v.node, -1, v.st, 0, _now, case when v.st = 1 then v.source end
    from unnest(_v.runs, _v.nodes, _v.sts, _v.sources) as v (run_id, node, st, source)
    where v.st between 1 and 5;
    select array_agg(v.run_id), array_agg(v.flow_id), array_agg(v.base), array_agg(v.node), array_agg(v.st)
    into runs, flows, bases, nodes, sts
    from unnest(_v.runs, _v.flows, _v.bases, _v.nodes, _v.sts) as v (run_id, flow_id, base, node, st)
    where v.st between 1 and 5;
  end if;
  if _v.tasks then
    perform flowc._ready(_bucket, _now, array_agg(v.run_id), array_agg(v.flow_id), array_agg(v.base), array_agg(v.node),
      array_agg(-1), array_agg(null::jsonb), _again)
    from unnest(_v.runs, _v.flows, _v.bases, _v.nodes, _v.sts) as v (run_id, flow_id, base, node, st)
    where v.st = 0;
  end if;
  if _v.maps then
    perform flowc._open_map(_bucket, _now, v.run_id, v.flow_id, v.base, v.node, v.source, _again)
    from unnest(_v.runs, _v.flows, _v.bases, _v.nodes, _v.sts, _v.sources) as v (run_id, flow_id, base, node, st, source)
    where v.st = 8;
  end if;
end
$$;


--
-- Name: _values(integer, uuid, smallint[], text[], boolean); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._values(_bucket integer, _run_id uuid, _nodes smallint[], _slugs text[], _input boolean) RETURNS jsonb
    LANGUAGE plpgsql
    AS $$
declare
  _values jsonb;
begin
  select coalesce(jsonb_object_agg(s.slug, d.output), '{}') into _values
  from unnest(_nodes, _slugs) as s (node, slug)
  cross join lateral (select coalesce(d.output, 'null') as output from flowc._done d
                      where d.bucket = _bucket and d.run_id = _run_id and d.node = s.node and d.idx = -1 and d.st = 1 limit 1) as d;
  if _input then
    select _values || jsonb_build_object('input', r.input) into _values
    from flowc._runs r where r.bucket = _bucket and r.run_id = _run_id;
  end if;
  return _values;
end
$$;


--
-- Name: _wait(integer, flowc._arrival[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._wait(_bucket integer, _part flowc._arrival[], OUT ended uuid[], OUT whole flowc._arrival[]) RETURNS record
    LANGUAGE plpgsql
    AS $$
begin
  with counted as (
    insert into flowc._waits as w (bucket, run_id, node, arrived, ok, closed)
    select _bucket, a.run_id, a.node, a.n, a.ok, a.closed from unnest(_part) as a
    on conflict (bucket, run_id, node) do update
    set arrived = w.arrived + excluded.arrived, ok = w.ok + excluded.ok, closed = w.closed or excluded.closed
    returning w.run_id, w.node, w.arrived, w.ok, w.closed
  ), arrived as (
    select a.run_id, a.flow_id, a.base, a.node, c.arrived, c.ok, c.closed
    from unnest(_part) as a
    join counted c on c.run_id = a.run_id and c.node = a.node
    where c.arrived = (select e.n_in from flowc._edges e where e.flow_id = a.flow_id and e.child = a.node limit 1)
  )
  select array_agg(w.run_id) filter (where w.node = 32767),
    array_agg((w.run_id, w.flow_id, w.base, w.node, w.arrived, w.ok, w.closed)::flowc._arrival) filter (where w.node <> 32767)
  into ended, whole
  from arrived w;
end
$$;


--
-- Name: _wake(integer, timestamp with time zone, integer); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc._wake(_bucket integer, _now timestamp with time zone, _tasks integer) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
  _worker_id text;
begin
  if not exists (select from flowc._sleepers s where s.bucket = _bucket) then
    return;
  end if;
  for _worker_id in
    with awake as (
      select s.ctid, s.until > _now as sleeps, s.handlers from flowc._sleepers s
      where s.bucket = _bucket for update skip locked
    ), chosen as (
      select a.ctid, a.sleeps, row_number() over (partition by a.handlers, a.sleeps) as n from awake a
    )
    delete from flowc._sleepers s using chosen c
    where s.ctid = c.ctid and (c.n <= 1 + _tasks / 50 or not c.sleeps)
    returning case when c.sleeps then s.worker_id end
  loop
    if _worker_id is not null then
      perform pg_notify('flowc', _worker_id);
    end if;
  end loop;
end
$$;


--
-- Name: assert_deployed(text, text); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.assert_deployed(flow_slug text, digest text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$
declare
  _deployed text;
  _steps    jsonb;
begin
  select f.digest, f.definition::jsonb -> 'steps' into _deployed, _steps
  from flowc.flows f where f.flow_slug = assert_deployed.flow_slug;
  if _deployed is null then
    raise exception 'flow "%" is not deployed', flow_slug using errcode = 'FC001';
  elsif _deployed is distinct from digest then
    raise exception 'flow "%" is deployed with other content: % here, % in the database', flow_slug, digest, _deployed
      using errcode = 'FC002', hint = format('A slug is for ever: give the changed flow a new one (flowc bump %s).', flow_slug);
  elsif (select count(*) from flowc.steps s where s.flow_slug = assert_deployed.flow_slug
         and s.definition = _steps -> s.step_slug) <> (select count(*) from jsonb_object_keys(_steps))
     or not exists (select from flowc._plans p join flowc.flows f using (flow_id)
                    where f.flow_slug = assert_deployed.flow_slug) then
    raise exception 'flow "%" is deployed in part', flow_slug using errcode = 'FC002';
  end if;
end
$$;


--
-- Name: bucket_of(uuid); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.bucket_of(run_id uuid) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ select ('x' || right(run_id::text, 4))::bit(16)::integer $$;


--
-- Name: buckets(); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.buckets() RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$ select count(*)::integer from flowc._buckets $$;


--
-- Name: cancel_run(uuid, text); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.cancel_run(run_id uuid, reason text DEFAULT NULL::text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_memoize TO 'off'
    SET jit TO 'off'
    AS $$
declare
  _bucket integer := flowc.bucket_of(run_id);
  _status smallint;
begin
  perform flowc._require_read_committed();
  select r.status into _status from flowc._runs r
  where r.bucket = _bucket and r.run_id = cancel_run.run_id for no key update;
  if not found then
    raise exception 'no run %', run_id using errcode = 'FC004';
  elsif _status = 1 then
    perform flowc._close(_bucket, flowc.now(), run_id, 4::smallint, null,
      jsonb_build_object('class', 'Cancelled', 'message', coalesce(reason, 'the run was cancelled')));
    _status := 4;
  end if;
  return flowc._status_word(_status);
end
$$;


--
-- Name: collect_blobs(interval, integer); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.collect_blobs(older_than interval DEFAULT '00:00:00'::interval, max_blobs integer DEFAULT 1000) RETURNS TABLE(blob_id text, size bigint, store text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$
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


--
-- Name: complete_task(uuid, text, integer, integer, jsonb); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.complete_task(run_id uuid, step_slug text, task_index integer, attempt integer, output jsonb) RETURNS text
    LANGUAGE sql
    AS $$ select (flowc.complete_tasks(array[run_id], array[step_slug], array[task_index], array[attempt], array[output]))[1] $$;


--
-- Name: complete_tasks(uuid[], text[], integer[], integer[], jsonb[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.complete_tasks(run_ids uuid[], step_slugs text[], task_indexes integer[], attempts integer[], outputs jsonb[]) RETURNS text[]
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$ select flowc._settle_all(run_ids, step_slugs, task_indexes, attempts, 1::smallint, outputs, null, null, null) $$;


--
-- Name: delete_flow(text); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.delete_flow(flow_slug text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$
begin
  delete from flowc.flows f where f.flow_slug = delete_flow.flow_slug;
  if not found then
    raise exception 'flow "%" is not deployed', flow_slug using errcode = 'FC001';
  end if;
end
$$;


--
-- Name: delete_plan(); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.delete_plan() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$
begin
  delete from flowc._plans p where p.flow_id = old.flow_id;
  delete from flowc._edges e where e.flow_id = old.flow_id;
  delete from flowc._nodes n where n.flow_id = old.flow_id;
  delete from flowc._needs d where not exists (select from flowc._nodes n where n.need_id = d.need_id);
  return null;
end
$$;


--
-- Name: drop_blob(text); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.drop_blob(blob_id text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$
declare
  _before timestamptz := flowc.now() - flowc._blob_grace();
begin
  perform from flowc._blobs b where b.blob_id = drop_blob.blob_id for update;
  delete from flowc._blobs b
  where b.blob_id = drop_blob.blob_id and not b.ready and b.stored_at < _before
    and not exists (select from flowc._blob_refs r where r.blob_id = b.blob_id);
  return found;
end
$$;


--
-- Name: expire_leases(integer); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.expire_leases(bucket integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_memoize TO 'off'
    SET jit TO 'off'
    AS $$
declare
  _now     timestamptz := flowc.now();
  _e       record;
  _answers text[];
begin
  perform flowc._require_read_committed();
  select * into _e from flowc._expired(bucket, _now, null, null, null, null);
  if _e.runs is null then
    return 0;
  end if;
  _answers := (flowc._settle(bucket, _now, _e.runs, _e.slugs, _e.idxs, _e.attempts,
    array_fill(6::smallint, array[cardinality(_e.runs)]), null, null, null, null)).answers;
  perform flowc._wake(bucket, _now, cardinality(_e.runs));
  -- Some were settled or extended by others between the look and the lock.
  return cardinality(_e.runs) - cardinality(array_remove(coalesce(_answers, '{}'), null));
end
$$;


--
-- Name: extend_leases(integer, text, uuid[], text[], integer[], integer[], interval); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.extend_leases(bucket integer, worker_id text, run_ids uuid[], step_slugs text[], task_indexes integer[], attempts integer[], lease interval) RETURNS text[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_memoize TO 'off'
    SET jit TO 'off'
    AS $$
declare
  _now timestamptz := flowc.now();
  _ats integer[];
begin
  perform flowc._require_read_committed();
  perform flowc._require_batch(run_ids, step_slugs, task_indexes, attempts);
  perform flowc._require_lease(worker_id, lease);
  perform flowc._lock_runs(extend_leases.bucket, run_ids);
  with extended as (
    update flowc._live l
    set lease_expires_at = least(_now + extend_leases.lease, l.since + h.timeout * interval '1 millisecond' + extend_leases.lease)
    from flowc._held(extend_leases.bucket, run_ids, step_slugs, task_indexes, attempts) as h
    where l.ctid = h.place and l.worker = extend_leases.worker_id
    returning h.at
  )
  select array_agg(at) into _ats from extended;
  return flowc._answers_held(extend_leases.bucket, run_ids, _ats);
end
$$;


--
-- Name: fail_task(uuid, text, integer, integer, jsonb, boolean, timestamp with time zone); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.fail_task(run_id uuid, step_slug text, task_index integer, attempt integer, error jsonb, retryable boolean DEFAULT true, retry_at timestamp with time zone DEFAULT NULL::timestamp with time zone) RETURNS text
    LANGUAGE sql
    AS $$
  select (flowc.fail_tasks(array[run_id], array[step_slug], array[task_index], array[attempt], array[error],
                           array[retryable], array[retry_at]))[1]
$$;


--
-- Name: fail_tasks(uuid[], text[], integer[], integer[], jsonb[], boolean[], timestamp with time zone[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.fail_tasks(run_ids uuid[], step_slugs text[], task_indexes integer[], attempts integer[], errors jsonb[], retryables boolean[] DEFAULT NULL::boolean[], retry_ats timestamp with time zone[] DEFAULT NULL::timestamp with time zone[]) RETURNS text[]
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$ select flowc._settle_all(run_ids, step_slugs, task_indexes, attempts, 5::smallint, null, errors, retryables, retry_ats) $$;


--
-- Name: find_blob(text); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.find_blob(blob_id text) RETURNS TABLE(size bigint, media_type text, store text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$ select b.size, b.media_type, b.store from flowc._blobs b where b.blob_id = find_blob.blob_id and b.ready $$;


--
-- Name: finish_blob(text); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.finish_blob(blob_id text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$
begin
  update flowc._blobs b set ready = true, stored_at = greatest(b.stored_at, flowc.now()) where b.blob_id = finish_blob.blob_id;
  return found;
end
$$;


--
-- Name: get_blob(text); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.get_blob(blob_id text) RETURNS bytea
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$
declare
  _store text := (select b.store from flowc._blobs b where b.blob_id = get_blob.blob_id and b.ready);
  _data  bytea;
begin
  if _store is null then
    raise exception 'no blob %', blob_id using errcode = 'FC008';
  elsif _store <> 'table' then
    raise exception 'blob % is not in the database, it is in %', blob_id, _store
      using errcode = 'FC005', hint = format('flowc blob get %s reads it.', blob_id);
  end if;
  select coalesce(string_agg(c.data, '' order by c.n), '') into _data from flowc._blob_chunks c where c.blob_id = get_blob.blob_id;
  if encode(sha256(_data), 'hex') <> blob_id then
    raise exception 'blob % is corrupt: its bytes have another SHA-256', blob_id using errcode = 'FC009';
  end if;
  return _data;
end
$$;


--
-- Name: get_blob_chunk(text, integer); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.get_blob_chunk(blob_id text, n integer) RETURNS bytea
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$ select c.data from flowc._blob_chunks c where c.blob_id = get_blob_chunk.blob_id and c.n = get_blob_chunk.n $$;


--
-- Name: get_flow(text); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.get_flow(flow_slug text) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$ select f.definition from flowc.flows f where f.flow_slug = get_flow.flow_slug $$;


--
-- Name: get_inputs(uuid, text); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.get_inputs(run_id uuid, step_slug text, OUT run_input text, OUT inputs text, OUT blobs text) RETURNS record
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$
  select r.input::text, coalesce(i.inputs, '{}')::text,
    flowc._marks_of(r.bucket, r.run_id, n.seen_nodes, n.seen_slugs)::text
  from flowc._runs r
  join flowc._nodes n on n.flow_id = r.flow_id and n.step_slug = get_inputs.step_slug collate "C" and n.kind < 2
  left join lateral (
    select jsonb_object_agg(s.slug, coalesce(d.output, 'null')) as inputs
    from unnest(n.seen_nodes, n.seen_slugs) as s (node, slug)
    left join flowc._done d on d.bucket = r.bucket and d.run_id = r.run_id and d.node = s.node and d.idx = -1 and d.st = 1
  ) as i on true
  where r.bucket = flowc.bucket_of(get_inputs.run_id) and r.run_id = get_inputs.run_id
$$;


--
-- Name: get_item(uuid, text, integer); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.get_item(run_id uuid, step_slug text, task_index integer, OUT item text, OUT blobs text) RETURNS record
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$
  select (s.source -> task_index)::text,
    flowc._marks_below(flowc._marks_of_source(r.bucket, r.run_id, r.flow_id, n.node), array[task_index::text])::text
  from flowc._runs r
  join flowc._nodes n on n.flow_id = r.flow_id and n.step_slug = get_item.step_slug collate "C" and n.kind = 1
  cross join lateral flowc._map_source(r.bucket, r.run_id, n.map_node, n.map_input, n.map_path, n.map_literal, n.map_nodes, n.map_slugs) as s
  where r.bucket = flowc.bucket_of(get_item.run_id) and r.run_id = get_item.run_id
$$;


--
-- Name: keep_blob(text, bigint, text, text); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.keep_blob(blob_id text, size bigint, media_type text, store text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$
declare
  _ready boolean;
begin
  insert into flowc._blobs as b (blob_id, size, media_type, store, ready, stored_at)
  values (keep_blob.blob_id, keep_blob.size, keep_blob.media_type, keep_blob.store, false, flowc.now())
  on conflict on constraint _blobs_pkey do update
    set stored_at = greatest(b.stored_at, excluded.stored_at), store = case when b.ready then b.store else excluded.store end
  returning b.ready into _ready;
  return _ready;
end
$$;


--
-- Name: lock_deploys(); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.lock_deploys() RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$ select pg_advisory_xact_lock(7021791460254533) $$;


--
-- Name: missing_secrets(text[], text[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.missing_secrets(handlers text[], secrets text[]) RETURNS TABLE(flow_slug text, secret text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$
  select distinct f.flow_slug, n.name collate "C"
  from flowc.flows f
  cross join lateral jsonb_array_elements_text(f.definition::jsonb -> 'secrets') as n (name)
  where n.name <> all (missing_secrets.secrets)
    and exists (select from flowc.steps s where s.flow_slug = f.flow_slug and s.handler <@ missing_secrets.handlers)
    and not exists (select from flowc.retired_flows r where r.flow_slug = f.flow_slug)
  order by 1, 2
$$;


--
-- Name: next_due(integer); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.next_due(bucket integer) RETURNS timestamp with time zone
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$
  select least(
    (select min(l.due) from flowc._later l where l.bucket = next_due.bucket),
    (select min(l.lease_expires_at) from flowc._live l where l.bucket = next_due.bucket))
$$;


--
-- Name: now(); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.now() RETURNS timestamp with time zone
    LANGUAGE sql PARALLEL SAFE
    AS $$ select clock_timestamp() $$;


--
-- Name: poll_for_tasks(integer, text, text[], integer, interval, text[], text[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.poll_for_tasks(bucket integer, worker_id text, handlers text[], max_tasks integer, lease interval, queues text[] DEFAULT NULL::text[], secrets text[] DEFAULT '{}'::text[]) RETURNS SETOF flowc.leased_task
    LANGUAGE sql
    AS $$ select * from flowc.settle_and_poll(bucket, '[]', worker_id, handlers, max_tasks, lease, queues, secrets) $$;


--
-- Name: prepare_flow(text, text); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.prepare_flow(flow_slug text, digest text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$
declare
  _flow_id    integer;
  _definition jsonb;
begin
  select f.flow_id, f.definition::jsonb into _flow_id, _definition
  from flowc.flows f
  where f.flow_slug = prepare_flow.flow_slug and f.digest = prepare_flow.digest
    and not exists (select from flowc._plans p where p.flow_id = f.flow_id);
  if not found then
    return;
  end if;
  if _definition ->> 'flow' is distinct from flow_slug then
    raise exception 'the definition of flow "%" says it is "%"', flow_slug, _definition ->> 'flow' using errcode = 'FC006';
  end if;
  perform flowc._plan_nodes(_flow_id, flow_slug, _definition);
  perform flowc._plan_edges(_flow_id, flow_slug);
  perform flowc._plan_inputs(_flow_id, flow_slug);
  insert into flowc._plans (flow_id, flow_slug, has_waits, has_maps, has_soft, has_input, plain_roots, input_defaults, returns, ret_nodes, ret_slugs)
  select _flow_id, prepare_flow.flow_slug,
    exists (select from flowc._edges e where e.flow_id = _flow_id and e.n_in > 1),
    exists (select from flowc._nodes n where n.flow_id = _flow_id and n.kind = 1),
    exists (select from flowc._nodes n where n.flow_id = _flow_id and n.soft),
    _definition ? 'input',
    (select bool_and(e.plain and e.child <> 32767) from flowc._edges e where e.flow_id = _flow_id and e.parent = -1),
    coalesce((select jsonb_object_agg(key, value -> 'default') from jsonb_each(flowc._object(_definition #> '{input,properties}'))
              where jsonb_typeof(value) = 'object' and value ? 'default'), '{}'),
    _definition -> 'returns',
    coalesce(array_agg(n.node order by n.node), '{}'),
    coalesce(array_agg(n.step_slug order by n.node), '{}')
  from flowc._nodes n
  where n.flow_id = _flow_id and n.kind < 2
    and case when _definition ? 'returns'
          then n.step_slug in (select r.name from flowc._references(_definition -> 'returns') r)
          else not exists (select from flowc._edges e where e.flow_id = _flow_id and e.parent = n.node and e.child <> 32767)
        end;
end
$$;


--
-- Name: prune(interval); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.prune(older_than interval DEFAULT '30 days'::interval) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$
declare
  _before timestamptz := flowc.now() - older_than;
  _bucket integer;
  _runs   uuid[];
  _n      integer := 0;
begin
  perform flowc._require_read_committed();
  for _bucket in select b.bucket from flowc._buckets b order by 1 loop
    _runs := array(select r.run_id from flowc._runs r
                   where r.bucket = _bucket and r.status > 1 and r.ended_at < _before
                   order by r.run_id limit 10000 for update skip locked);
    delete from flowc._errors e where e.bucket = _bucket and e.run_id = any(_runs);
    delete from flowc._done d where d.bucket = _bucket and d.run_id = any(_runs);
    delete from flowc._blob_refs f where f.bucket = _bucket and f.run_id = any(_runs);
    delete from flowc._runs r where r.bucket = _bucket and r.run_id = any(_runs);
    _n := _n + cardinality(_runs);
  end loop;
  return _n;
end
$$;


--
-- Name: put_blob(bytea, text, interval); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.put_blob(data bytea, media_type text DEFAULT 'application/octet-stream'::text, keep interval DEFAULT NULL::interval) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$
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


--
-- Name: put_blob_chunk(text, integer, bytea); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.put_blob_chunk(blob_id text, n integer, data bytea) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$
begin
  insert into flowc._blob_chunks as c (blob_id, n, data)
  select b.blob_id, put_blob_chunk.n, put_blob_chunk.data from flowc._blobs b
  where b.blob_id = put_blob_chunk.blob_id and not b.ready
  on conflict on constraint _blob_chunks_pkey do update set data = excluded.data;
end
$$;


--
-- Name: refuse_change(); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.refuse_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$
begin
  if tg_op = 'DELETE' and tg_table_name = 'flows' then
    perform flowc._require_deletable(old.flow_slug, old.flow_id);
    return old;
  elsif tg_op = 'DELETE' and not exists (select from flowc.flows f where f.flow_slug = old.flow_slug) then
    return old;
  end if;
  raise exception '% on flowc.% is refused: definitions do not change', lower(tg_op), tg_table_name
    using errcode = 'FC005', hint = 'Deploy the changed flow under a new slug; retire and prune the old one to delete it.';
end
$$;


--
-- Name: release_tasks(uuid[], text[], integer[], integer[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.release_tasks(run_ids uuid[], step_slugs text[], task_indexes integer[], attempts integer[]) RETURNS text[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_memoize TO 'off'
    SET jit TO 'off'
    AS $$
declare
  _now     timestamptz := flowc.now();
  _bucket  integer;
  _ats     integer[];
  _answers text[];
begin
  perform flowc._require_read_committed();
  perform flowc._require_batch(run_ids, step_slugs, task_indexes, attempts);
  foreach _bucket in array array(select distinct flowc.bucket_of(r) from unnest(run_ids) as r order by 1) loop
    perform flowc._lock_runs(_bucket, run_ids);
    with released as (
      update flowc._live l set lease_expires_at = null, worker = null, since = _now
      from flowc._held(_bucket, run_ids, step_slugs, task_indexes, attempts) as h
      where l.ctid = h.place
      returning h.at
    )
    select _ats || array_agg(at) into _ats from released;
    perform flowc._wake(_bucket, _now, cardinality(run_ids));
  end loop;
  select coalesce(array_agg(case when at = any(_ats) then 'ok' else a end order by at), '{}') into _answers
  from unnest(run_ids) with ordinality as r (id, at)
  cross join lateral (select (flowc._answers_held(flowc.bucket_of(r.id), array[r.id], '{}'))[1]) as s (a);
  return _answers;
end
$$;


--
-- Name: retire_flow(text); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.retire_flow(flow_slug text) RETURNS timestamp with time zone
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$
declare
  _retired_at timestamptz;
begin
  insert into flowc.retired_flows (flow_slug, retired_at)
  select f.flow_slug, flowc.now() from flowc.flows f where f.flow_slug = retire_flow.flow_slug
  on conflict do nothing;
  select r.retired_at into _retired_at from flowc.retired_flows r where r.flow_slug = retire_flow.flow_slug;
  if not found then
    raise exception 'flow "%" is not deployed', flow_slug using errcode = 'FC001';
  end if;
  return _retired_at;
end
$$;


--
-- Name: retry_run(uuid); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.retry_run(run_id uuid) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_memoize TO 'off'
    SET jit TO 'off'
    AS $$
declare
  _bucket integer := flowc.bucket_of(run_id);
  _now    timestamptz := flowc.now();
  _run    record;
begin
  perform flowc._require_read_committed();
  select r.status, r.flow_id, r.priority into _run from flowc._runs r
  where r.bucket = _bucket and r.run_id = retry_run.run_id for no key update;
  if not found then
    raise exception 'no run %', run_id using errcode = 'FC004';
  elsif _run.status = 2 then
    raise exception 'run % has completed: there is nothing to retry', run_id using errcode = 'FC005';
  elsif _run.status > 2 then
    update flowc._runs r set status = 1, failed_node = null, error = null, ended_at = null
    where r.bucket = _bucket and r.run_id = retry_run.run_id;
    perform flowc._reopen(_bucket, _now, run_id, _run.flow_id, _run.priority);
    perform flowc._wake(_bucket, _now, 1);
  end if;
  return (select flowc._status_word(r.status) from flowc._runs r where r.bucket = _bucket and r.run_id = retry_run.run_id);
end
$$;


--
-- Name: settle_and_poll(integer, jsonb, text, text[], integer, interval, text[], text[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.settle_and_poll(bucket integer, results jsonb, worker_id text, handlers text[], max_tasks integer, lease interval, queues text[] DEFAULT NULL::text[], secrets text[] DEFAULT '{}'::text[]) RETURNS SETOF flowc.leased_task
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_memoize TO 'off'
    SET jit TO 'off'
    AS $$
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


--
-- Name: sign_in(integer, text, text[], text[], text[], interval); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.sign_in(bucket integer, worker_id text, handlers text[], queues text[], secrets text[], alive_for interval) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$
  with clock as (
    select flowc.now() as at
  ), forgotten as (
    delete from flowc._workers w using clock
    where w.bucket = sign_in.bucket and w.until < clock.at - interval '1 day' and w.worker_id <> sign_in.worker_id
  )
  insert into flowc._workers (bucket, worker_id, handlers, queues, secrets, started_at, seen_at, until)
  select sign_in.bucket, sign_in.worker_id, sign_in.handlers, sign_in.queues,
    array(select distinct s collate "C" from flowc._needs n, unnest(n.secrets) as s where s = any(sign_in.secrets) order by 1),
    clock.at, clock.at, clock.at + sign_in.alive_for
  from clock
  on conflict on constraint _workers_pkey do update
    set (handlers, queues, secrets, seen_at, until)
      = row (excluded.handlers, excluded.queues, excluded.secrets, excluded.seen_at, excluded.until)
$$;


--
-- Name: sign_out(integer, text); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.sign_out(bucket integer, worker_id text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$
  delete from flowc._workers w where w.bucket = sign_out.bucket and w.worker_id = sign_out.worker_id
$$;


--
-- Name: sleep(integer, text, timestamp with time zone, text[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.sleep(bucket integer, worker_id text, until timestamp with time zone, handlers text[] DEFAULT '{}'::text[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    AS $$
  insert into flowc._sleepers (bucket, worker_id, until, handlers)
  values (sleep.bucket, sleep.worker_id, sleep.until, sleep.handlers)
  on conflict on constraint _sleepers_pkey do update set until = excluded.until, handlers = excluded.handlers
$$;


--
-- Name: start_flow(text, jsonb, text, integer, boolean, jsonb); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.start_flow(flow_slug text, input jsonb DEFAULT '{}'::jsonb, run_key text DEFAULT NULL::text, priority integer DEFAULT 0, input_checked boolean DEFAULT false, input_blobs jsonb DEFAULT NULL::jsonb) RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_memoize TO 'off'
    SET jit TO 'off'
    AS $$
begin
  return (flowc._start_runs(flow_slug, array[input], case when run_key is not null then array[run_key] end, priority, input_checked,
    case when input_blobs is not null then array[input_blobs] end))[1];
end
$$;


--
-- Name: start_flows(text, jsonb[], text[], integer, boolean, jsonb[]); Type: FUNCTION; Schema: flowc; Owner: -
--

CREATE FUNCTION flowc.start_flows(flow_slug text, inputs jsonb[], run_keys text[] DEFAULT NULL::text[], priority integer DEFAULT 0, input_checked boolean DEFAULT false, input_blobs jsonb[] DEFAULT NULL::jsonb[]) RETURNS SETOF uuid
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'flowc', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_memoize TO 'off'
    SET jit TO 'off'
    AS $$
begin
  return query select unnest(flowc._start_runs(flow_slug, inputs, run_keys, priority, input_checked, input_blobs));
end
$$;


--
-- Name: _done; Type: TABLE; Schema: flowc; Owner: -
--

CREATE TABLE flowc._done (
    started_at timestamp with time zone,
    ended_at timestamp with time zone NOT NULL,
    bucket integer NOT NULL,
    run_id uuid NOT NULL,
    idx integer NOT NULL,
    attempt integer NOT NULL,
    node smallint NOT NULL,
    st smallint NOT NULL,
    failures smallint DEFAULT 0 NOT NULL,
    worker text,
    output jsonb,
    blobs jsonb
);


--
-- Name: _edges; Type: TABLE; Schema: flowc; Owner: -
--

CREATE TABLE flowc._edges (
    flow_id integer NOT NULL,
    parent smallint NOT NULL,
    child smallint NOT NULL,
    kind smallint NOT NULL,
    same_gate boolean NOT NULL,
    n_in integer DEFAULT 0 NOT NULL,
    n_join integer DEFAULT 0 NOT NULL,
    plain boolean DEFAULT false NOT NULL,
    queue text COLLATE pg_catalog."C",
    priority integer DEFAULT 0 NOT NULL,
    max_attempts integer DEFAULT 0 NOT NULL,
    need_id integer,
    CONSTRAINT _edges_kind_check CHECK (((kind >= 0) AND (kind <= 2)))
);


--
-- Name: _runs; Type: TABLE; Schema: flowc; Owner: -
--

CREATE TABLE flowc._runs (
    bucket integer NOT NULL,
    run_id uuid NOT NULL,
    flow_id integer NOT NULL,
    priority integer DEFAULT 0 NOT NULL,
    started_at timestamp with time zone NOT NULL,
    input_checked boolean DEFAULT false NOT NULL,
    status smallint DEFAULT 1 NOT NULL,
    skipped_failures integer DEFAULT 0 NOT NULL,
    ended_at timestamp with time zone,
    failed_node smallint,
    run_key text COLLATE pg_catalog."C",
    input jsonb NOT NULL,
    output jsonb,
    error jsonb,
    input_blobs jsonb
)
WITH (fillfactor='45');


--
-- Name: _arrivals; Type: VIEW; Schema: flowc; Owner: -
--

CREATE VIEW flowc._arrivals AS
 SELECT r.bucket,
    r.run_id,
    r.flow_id,
    r.status,
    e.child AS node,
    (count(*))::integer AS n,
    min(e.n_in) AS n_in,
    (count(*) FILTER (WHERE ((e.kind = 0) AND (s.st = 1))))::integer AS ok,
    bool_or((((e.kind = 2) AND (s.st <> 1)) OR (e.same_gate AND (s.st = 2)))) AS closed
   FROM ((flowc._runs r
     JOIN ( SELECT d.bucket,
            d.run_id,
            d.node,
            d.st
           FROM flowc._done d
          WHERE ((d.idx = '-1'::integer) AND (d.st < 6))
        UNION ALL
         SELECT o.bucket,
            o.run_id,
            '-1'::integer,
            1
           FROM flowc._runs o) s ON (((s.bucket = r.bucket) AND (s.run_id = r.run_id))))
     JOIN flowc._edges e ON (((e.flow_id = r.flow_id) AND (e.parent = s.node))))
  GROUP BY r.bucket, r.run_id, r.flow_id, r.status, e.child;


--
-- Name: _blob_chunks; Type: TABLE; Schema: flowc; Owner: -
--

CREATE TABLE flowc._blob_chunks (
    blob_id text NOT NULL COLLATE pg_catalog."C",
    n integer NOT NULL,
    data bytea NOT NULL
);


--
-- Name: _blob_refs; Type: TABLE; Schema: flowc; Owner: -
--

CREATE TABLE flowc._blob_refs (
    bucket integer NOT NULL,
    run_id uuid NOT NULL,
    blob_id text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: _blobs; Type: TABLE; Schema: flowc; Owner: -
--

CREATE TABLE flowc._blobs (
    blob_id text NOT NULL COLLATE pg_catalog."C",
    size bigint NOT NULL,
    media_type text NOT NULL,
    store text NOT NULL,
    ready boolean NOT NULL,
    stored_at timestamp with time zone NOT NULL,
    keep_until timestamp with time zone,
    CONSTRAINT _blobs_blob_id_check CHECK ((blob_id ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT _blobs_size_check CHECK ((size >= 0))
);


--
-- Name: _broken_blobs; Type: VIEW; Schema: flowc; Owner: -
--

CREATE VIEW flowc._broken_blobs AS
 SELECT 'a marked blob is stored, and its run refers to it'::text AS invariant,
    m.run_id,
    m.node,
    format('blob %s, %s'::text, (m.mark ->> 'blob_id'::text),
        CASE
            WHEN (b.blob_id IS NULL) THEN 'not stored'::text
            ELSE 'no reference'::text
        END) AS detail
   FROM ((( SELECT d.bucket,
            d.run_id,
            d.node,
            o.mark
           FROM (flowc._done d
             CROSS JOIN LATERAL jsonb_array_elements(d.blobs) o(mark))
        UNION ALL
         SELECT r.bucket,
            r.run_id,
            NULL::smallint,
            o.mark
           FROM (flowc._runs r
             CROSS JOIN LATERAL jsonb_array_elements(r.input_blobs) o(mark))) m
     LEFT JOIN flowc._blobs b ON (((b.blob_id = (m.mark ->> 'blob_id'::text)) AND b.ready)))
     LEFT JOIN flowc._blob_refs f ON (((f.bucket = m.bucket) AND (f.run_id = m.run_id) AND (f.blob_id = (m.mark ->> 'blob_id'::text)))))
  WHERE ((b.blob_id IS NULL) OR (f.blob_id IS NULL))
UNION ALL
 SELECT 'a reference to a blob is of a run'::text AS invariant,
    f.run_id,
    NULL::smallint AS node,
    format('blob %s'::text, f.blob_id) AS detail
   FROM flowc._blob_refs f
  WHERE (NOT (EXISTS ( SELECT
           FROM flowc._runs r
          WHERE ((r.bucket = f.bucket) AND (r.run_id = f.run_id)))));


--
-- Name: _nodes; Type: TABLE; Schema: flowc; Owner: -
--

CREATE TABLE flowc._nodes (
    flow_id integer NOT NULL,
    node smallint NOT NULL,
    kind smallint NOT NULL,
    priority integer DEFAULT 0 NOT NULL,
    timeout bigint DEFAULT 60000 NOT NULL,
    need_id integer,
    has_input boolean DEFAULT false NOT NULL,
    needs_input boolean DEFAULT false NOT NULL,
    sees_errors boolean DEFAULT false NOT NULL,
    flow_slug text NOT NULL COLLATE pg_catalog."C",
    step_slug text NOT NULL COLLATE pg_catalog."C",
    queue text COLLATE pg_catalog."C",
    needs_nodes smallint[],
    needs_keys text[],
    needs_before text[],
    needs_after text[],
    seen_nodes smallint[],
    seen_slugs text[] COLLATE pg_catalog."C",
    next_node smallint,
    next_need_id integer,
    next_max_attempts integer,
    n_in integer DEFAULT 0 NOT NULL,
    n_join integer DEFAULT 0 NOT NULL,
    join_kind smallint DEFAULT 0 NOT NULL,
    run_if jsonb[],
    run_unless jsonb[],
    cond_nodes smallint[],
    cond_slugs text[] COLLATE pg_catalog."C",
    cond_input boolean DEFAULT false NOT NULL,
    unmet_fails boolean DEFAULT false NOT NULL,
    soft boolean DEFAULT false NOT NULL,
    map_node smallint,
    map_input boolean DEFAULT false NOT NULL,
    map_path text[],
    map_literal jsonb,
    map_nodes smallint[],
    map_slugs text[] COLLATE pg_catalog."C",
    max_parallel integer,
    max_attempts integer DEFAULT 3 NOT NULL,
    base_delay bigint DEFAULT 1000 NOT NULL,
    max_delay bigint DEFAULT 300000 NOT NULL,
    jitter double precision DEFAULT 0.1 NOT NULL,
    delay bigint DEFAULT 0 NOT NULL,
    final_nodes smallint[],
    CONSTRAINT _nodes_base_delay_check CHECK ((base_delay >= 0)),
    CONSTRAINT _nodes_delay_check CHECK ((delay >= 0)),
    CONSTRAINT _nodes_jitter_check CHECK (((jitter >= (0)::double precision) AND (jitter <= (1)::double precision))),
    CONSTRAINT _nodes_join_kind_check CHECK (((join_kind >= 0) AND (join_kind <= 3))),
    CONSTRAINT _nodes_kind_check CHECK (((kind >= 0) AND (kind <= 3))),
    CONSTRAINT _nodes_max_attempts_check CHECK ((max_attempts > 0)),
    CONSTRAINT _nodes_max_delay_check CHECK ((max_delay >= 0)),
    CONSTRAINT _nodes_max_parallel_check CHECK ((max_parallel > 0)),
    CONSTRAINT _nodes_timeout_check CHECK ((timeout > 0))
);


--
-- Name: _plans; Type: TABLE; Schema: flowc; Owner: -
--

CREATE TABLE flowc._plans (
    flow_id integer NOT NULL,
    flow_slug text NOT NULL COLLATE pg_catalog."C",
    has_waits boolean NOT NULL,
    has_maps boolean NOT NULL,
    has_soft boolean NOT NULL,
    has_input boolean NOT NULL,
    plain_roots boolean NOT NULL,
    input_defaults jsonb NOT NULL,
    returns jsonb,
    ret_nodes smallint[] NOT NULL,
    ret_slugs text[] NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: flows; Type: TABLE; Schema: flowc; Owner: -
--

CREATE TABLE flowc.flows (
    flow_slug text NOT NULL COLLATE pg_catalog."C",
    digest text NOT NULL COLLATE pg_catalog."C",
    definition text NOT NULL,
    flow_id integer NOT NULL,
    deployed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT digest_is_of_definition CHECK ((digest = ('fc1:'::text || encode(sha256(convert_to(definition, 'UTF8'::name)), 'hex'::text)))),
    CONSTRAINT flows_flow_slug_check CHECK ((flow_slug ~ '^[A-Za-z][A-Za-z0-9_]{0,62}$'::text))
);


--
-- Name: steps; Type: TABLE; Schema: flowc; Owner: -
--

CREATE TABLE flowc.steps (
    flow_slug text NOT NULL COLLATE pg_catalog."C",
    step_slug text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL,
    branch text COLLATE pg_catalog."C",
    handler text[],
    definition jsonb NOT NULL,
    CONSTRAINT steps_kind_check CHECK ((kind = ANY (ARRAY['task'::text, 'map'::text, 'branch'::text])))
);


--
-- Name: _broken_definitions; Type: VIEW; Schema: flowc; Owner: -
--

CREATE VIEW flowc._broken_definitions AS
 SELECT 'a definition has the digest under which it was deployed'::text AS invariant,
    f.flow_slug,
    NULL::text AS step_slug,
    f.digest AS detail
   FROM flowc.flows f
  WHERE (f.digest <> ('fc1:'::text || encode(sha256(convert_to(f.definition, 'UTF8'::name)), 'hex'::text)))
UNION ALL
 SELECT 'the steps of a flow are those of its definition'::text AS invariant,
    COALESCE(d.flow_slug, s.flow_slug) AS flow_slug,
    COALESCE(d.step_slug, s.step_slug) AS step_slug,
        CASE
            WHEN (s.step_slug IS NULL) THEN 'only in the definition'::text
            WHEN (d.step_slug IS NULL) THEN 'only in flowc.steps'::text
            ELSE 'they differ'::text
        END AS detail
   FROM (( SELECT f.flow_slug,
            (e.key COLLATE "C") AS step_slug,
            e.value
           FROM flowc.flows f,
            LATERAL jsonb_each(((f.definition)::jsonb -> 'steps'::text)) e(key, value)) d
     FULL JOIN flowc.steps s ON (((s.flow_slug = d.flow_slug) AND (s.step_slug = d.step_slug))))
  WHERE (s.definition IS DISTINCT FROM d.value)
UNION ALL
 SELECT 'every flow has a plan of all its steps'::text AS invariant,
    f.flow_slug,
    s.step_slug,
    'the plan lacks it'::text AS detail
   FROM (flowc.flows f
     JOIN flowc.steps s ON ((s.flow_slug = f.flow_slug)))
  WHERE ((NOT (EXISTS ( SELECT
           FROM flowc._plans p
          WHERE (p.flow_id = f.flow_id)))) OR (NOT (EXISTS ( SELECT
           FROM flowc._nodes n
          WHERE ((n.flow_id = f.flow_id) AND (n.step_slug = s.step_slug) AND (n.kind < 3))))))
UNION ALL
 SELECT 'a plan has counted its edges'::text AS invariant,
    p.flow_slug,
    n.step_slug,
    format('%s counted, %s there'::text, e.n_in, e.edges) AS detail
   FROM ((flowc._plans p
     JOIN ( SELECT e_1.flow_id,
            e_1.child,
            min(e_1.n_in) AS n_in,
            max(e_1.n_in) AS most,
            count(*) AS edges
           FROM flowc._edges e_1
          GROUP BY e_1.flow_id, e_1.child) e ON ((e.flow_id = p.flow_id)))
     LEFT JOIN flowc._nodes n ON (((n.flow_id = e.flow_id) AND (n.node = e.child))))
  WHERE ((e.n_in <> e.edges) OR (e.most <> e.edges) OR (n.n_in <> e.edges));


--
-- Name: _later; Type: TABLE; Schema: flowc; Owner: -
--

CREATE TABLE flowc._later (
    bucket integer NOT NULL,
    run_id uuid NOT NULL,
    node smallint NOT NULL,
    idx integer NOT NULL,
    due timestamp with time zone NOT NULL,
    prio integer NOT NULL,
    queue text NOT NULL COLLATE pg_catalog."C",
    flow_id integer NOT NULL,
    need_id integer NOT NULL,
    attempt integer NOT NULL,
    failures integer NOT NULL,
    max_attempts integer NOT NULL,
    item jsonb
);


--
-- Name: _maps; Type: TABLE; Schema: flowc; Owner: -
--

CREATE TABLE flowc._maps (
    bucket integer NOT NULL,
    run_id uuid NOT NULL,
    node smallint NOT NULL,
    total integer NOT NULL,
    remaining integer NOT NULL,
    opened integer NOT NULL,
    bad integer DEFAULT 0 NOT NULL,
    sparse boolean DEFAULT false NOT NULL,
    CONSTRAINT _maps_remaining_check CHECK ((remaining >= 0))
)
WITH (fillfactor='70');


--
-- Name: _tasks; Type: VIEW; Schema: flowc; Owner: -
--

CREATE VIEW flowc._tasks AS
 SELECT l.bucket,
    l.run_id,
    l.flow_id,
    l.node,
    l.idx,
    l.prio,
    l.queue,
    l.need_id,
    l.attempt,
    l.failures,
    l.max_attempts,
    l.lease_expires_at,
    (l.lease_expires_at IS NOT NULL) AS leased
   FROM flowc._live l
UNION ALL
 SELECT z.bucket,
    z.run_id,
    z.flow_id,
    z.node,
    z.idx,
    z.prio,
    z.queue,
    z.need_id,
    z.attempt,
    z.failures,
    z.max_attempts,
    NULL::timestamp with time zone AS lease_expires_at,
    false AS leased
   FROM flowc._later z;


--
-- Name: _waits; Type: TABLE; Schema: flowc; Owner: -
--

CREATE TABLE flowc._waits (
    bucket integer NOT NULL,
    run_id uuid NOT NULL,
    node smallint NOT NULL,
    arrived integer NOT NULL,
    ok integer NOT NULL,
    closed boolean NOT NULL,
    CONSTRAINT _waits_arrived_check CHECK ((arrived > 0)),
    CONSTRAINT _waits_ok_check CHECK ((ok >= 0))
)
WITH (fillfactor='70');


--
-- Name: _broken_joins; Type: VIEW; Schema: flowc; Owner: -
--

CREATE VIEW flowc._broken_joins AS
 WITH arrivals AS MATERIALIZED (
         SELECT _arrivals.bucket,
            _arrivals.run_id,
            _arrivals.flow_id,
            _arrivals.status,
            _arrivals.node,
            _arrivals.n,
            _arrivals.n_in,
            _arrivals.ok,
            _arrivals.closed
           FROM flowc._arrivals
        ), begun AS (
         SELECT d.bucket,
            d.run_id,
            d.node
           FROM flowc._done d
        UNION
         SELECT t.bucket,
            t.run_id,
            t.node
           FROM flowc._tasks t
        UNION
         SELECT m.bucket,
            m.run_id,
            m.node
           FROM flowc._maps m
        )
 SELECT 'a join has counted what has arrived'::text AS invariant,
    COALESCE(w.run_id, a.run_id) AS run_id,
    COALESCE(w.node, a.node) AS node,
    format('counted %s, completed %s, closed %s; arrived %s, completed %s, closed %s'::text, w.arrived, w.ok, w.closed, a.n, a.ok, a.closed) AS detail
   FROM (flowc._waits w
     FULL JOIN ( SELECT arrivals.bucket,
            arrivals.run_id,
            arrivals.flow_id,
            arrivals.status,
            arrivals.node,
            arrivals.n,
            arrivals.n_in,
            arrivals.ok,
            arrivals.closed
           FROM arrivals
          WHERE (arrivals.status = 1)) a ON (((a.bucket = w.bucket) AND (a.run_id = w.run_id) AND (a.node = w.node))))
  WHERE
        CASE
            WHEN (w.node IS NULL) THEN (a.n < a.n_in)
            ELSE (((w.arrived IS DISTINCT FROM a.n) OR (w.ok IS DISTINCT FROM a.ok)) OR (w.closed IS DISTINCT FROM a.closed))
        END
UNION ALL
 SELECT 'a step begins when all that it waits for has settled'::text AS invariant,
    b.run_id,
    b.node,
    format('%s of %s have settled'::text, COALESCE(a.n, 0), e.n_in) AS detail
   FROM (((begun b
     JOIN flowc._runs r ON (((r.bucket = b.bucket) AND (r.run_id = b.run_id))))
     CROSS JOIN LATERAL ( SELECT e_1.n_in
           FROM flowc._edges e_1
          WHERE ((e_1.flow_id = r.flow_id) AND (e_1.child = b.node))
         LIMIT 1) e)
     LEFT JOIN arrivals a ON (((a.bucket = b.bucket) AND (a.run_id = b.run_id) AND (a.node = b.node))))
  WHERE (a.n IS DISTINCT FROM e.n_in)
UNION ALL
 SELECT 'a step begins once all that it waits for has settled'::text AS invariant,
    a.run_id,
    a.node,
    format('%s have settled, and nothing followed'::text, a.n) AS detail
   FROM arrivals a
  WHERE ((a.status = 1) AND (a.n = a.n_in) AND (NOT (EXISTS ( SELECT
           FROM begun b
          WHERE ((b.bucket = a.bucket) AND (b.run_id = a.run_id) AND (b.node = a.node))))));


--
-- Name: _broken_maps; Type: VIEW; Schema: flowc; Owner: -
--

CREATE VIEW flowc._broken_maps AS
 SELECT 'a map has counted its elements'::text AS invariant,
    m.run_id,
    m.node,
    format('total %s, remaining %s, opened %s, failed %s; settled %s, failed %s, at work %s, %s of them below %s'::text, m.total, m.remaining, m.opened, m.bad, d.settled, d.bad, t.tasks, (t.below + d.below), m.opened) AS detail
   FROM (((((flowc._maps m
     JOIN flowc._runs r ON (((r.bucket = m.bucket) AND (r.run_id = m.run_id))))
     JOIN flowc._nodes n ON (((n.flow_id = r.flow_id) AND (n.node = m.node))))
     CROSS JOIN LATERAL ( SELECT count(*) AS settled,
            count(*) FILTER (WHERE (d_1.st = 5)) AS bad,
            count(*) FILTER (WHERE (d_1.idx < m.opened)) AS below
           FROM flowc._done d_1
          WHERE ((d_1.bucket = m.bucket) AND (d_1.run_id = m.run_id) AND (d_1.node = m.node) AND (d_1.idx >= 0) AND (d_1.st < 6))) d)
     LEFT JOIN ( SELECT t_1.bucket,
            t_1.run_id,
            t_1.node,
            count(*) AS tasks,
            max(t_1.idx) AS last
           FROM flowc._tasks t_1
          WHERE (t_1.idx >= 0)
          GROUP BY t_1.bucket, t_1.run_id, t_1.node) w ON (((w.bucket = m.bucket) AND (w.run_id = m.run_id) AND (w.node = m.node))))
     CROSS JOIN LATERAL ( SELECT COALESCE(w.tasks, (0)::bigint) AS "coalesce",
                CASE
                    WHEN (COALESCE(w.last, '-1'::integer) < m.opened) THEN COALESCE(w.tasks, (0)::bigint)
                    ELSE NULL::bigint
                END AS "case") t(tasks, below))
  WHERE ((((m.remaining IS DISTINCT FROM (m.total - d.settled)) OR (m.bad IS DISTINCT FROM d.bad)) OR (m.opened IS DISTINCT FROM (t.below + d.below))) OR (m.opened > m.total) OR (t.tasks <> LEAST(COALESCE(n.max_parallel, m.remaining), m.remaining)))
UNION ALL
 SELECT 'an element at work belongs to a map at work'::text AS invariant,
    t.run_id,
    t.node,
    format('index %s'::text, t.idx) AS detail
   FROM ((flowc._tasks t
     JOIN flowc._nodes n ON (((n.flow_id = t.flow_id) AND (n.node = t.node))))
     LEFT JOIN flowc._maps m ON (((m.bucket = t.bucket) AND (m.run_id = t.run_id) AND (m.node = t.node))))
  WHERE ((n.kind > 1) OR ((n.kind = 1) <> (t.idx >= 0)) OR ((n.kind = 1) AND ((m.node IS NULL) OR (t.idx >= m.total))))
UNION ALL
 SELECT 'the output of a map is that of each of its elements'::text AS invariant,
    d.run_id,
    d.node,
    format('%s in the output, %s elements'::text, o.n, e.elements) AS detail
   FROM ((((flowc._done d
     JOIN flowc._runs r ON (((r.bucket = d.bucket) AND (r.run_id = d.run_id))))
     JOIN flowc._nodes n ON (((n.flow_id = r.flow_id) AND (n.node = d.node) AND (n.kind = 1))))
     CROSS JOIN LATERAL ( SELECT
                CASE jsonb_typeof(d.output)
                    WHEN 'array'::text THEN jsonb_array_length(d.output)
                    ELSE NULL::integer
                END AS "case") o(n))
     CROSS JOIN LATERAL ( SELECT count(*) AS elements,
            bool_and(((e_1.st = ANY (ARRAY[1, 5])) AND (NOT (e_1.output IS DISTINCT FROM NULLIF((d.output -> e_1.idx),
                CASE
                    WHEN (e_1.st = 5) THEN 'null'::jsonb
                    ELSE NULL::jsonb
                END))))) AS same
           FROM flowc._done e_1
          WHERE ((e_1.bucket = d.bucket) AND (e_1.run_id = d.run_id) AND (e_1.node = d.node) AND (e_1.idx >= 0))) e)
  WHERE ((d.idx = '-1'::integer) AND (d.st = 1) AND ((o.n IS DISTINCT FROM e.elements) OR (NOT e.same)));


--
-- Name: _errors; Type: TABLE; Schema: flowc; Owner: -
--

CREATE TABLE flowc._errors (
    bucket integer NOT NULL,
    run_id uuid NOT NULL,
    node smallint NOT NULL,
    idx integer NOT NULL,
    attempt integer NOT NULL,
    worker text,
    terminal boolean NOT NULL,
    expired boolean DEFAULT false NOT NULL,
    error jsonb NOT NULL,
    started_at timestamp with time zone,
    failed_at timestamp with time zone NOT NULL
);


--
-- Name: _broken_outcomes; Type: VIEW; Schema: flowc; Owner: -
--

CREATE VIEW flowc._broken_outcomes AS
 SELECT 'a step is skipped just where its branch, its join or its condition says so'::text AS invariant,
    a.run_id,
    a.node,
    format('%s, where %s of %s completed, the branch is %s and the condition is %s'::text, COALESCE((ARRAY['completed'::text, 'branch_skipped'::text, 'dependency_skipped'::text, 'condition_unmet'::text, 'handler_failed'::text, 'cancelled'::text, 'failed'::text])[d.st], 'a task'::text), a.ok, n.n_join,
        CASE
            WHEN a.closed THEN 'skipped'::text
            ELSE 'open'::text
        END,
        CASE
            WHEN c.met THEN 'met'::text
            ELSE 'not met'::text
        END) AS detail
   FROM (((((flowc._arrivals a
     JOIN flowc._nodes n ON (((n.flow_id = a.flow_id) AND (n.node = a.node))))
     LEFT JOIN flowc._done d ON (((d.bucket = a.bucket) AND (d.run_id = a.run_id) AND (d.node = a.node) AND (d.idx = '-1'::integer))))
     CROSS JOIN LATERAL ( SELECT
                CASE n.join_kind
                    WHEN 0 THEN (a.ok = n.n_join)
                    WHEN 1 THEN (a.ok > 0)
                    WHEN 2 THEN (a.ok = 0)
                    ELSE true
                END AS "case") j(satisfied))
     CROSS JOIN LATERAL ( SELECT ((n.cond_nodes IS NULL) OR a.closed OR (NOT j.satisfied) OR ( SELECT (((n.run_if IS NULL) OR COALESCE((v.doc @> ANY (n.run_if)), false)) AND ((n.run_unless IS NULL) OR (NOT COALESCE((v.doc @> ANY (n.run_unless)), false))))
                   FROM ( SELECT (COALESCE(jsonb_object_agg(s.slug, COALESCE(o.output, 'null'::jsonb)), '{}'::jsonb) ||
                                CASE
                                    WHEN n.cond_input THEN jsonb_build_object('input', ( SELECT r.input
                                       FROM flowc._runs r
                                      WHERE ((r.bucket = a.bucket) AND (r.run_id = a.run_id))))
                                    ELSE '{}'::jsonb
                                END) AS "?column?"
                           FROM (UNNEST(n.cond_nodes, n.cond_slugs) s(node, slug)
                             JOIN flowc._done o ON (((o.bucket = a.bucket) AND (o.run_id = a.run_id) AND (o.node = s.node) AND (o.idx = '-1'::integer) AND (o.st = 1))))) v(doc))) AS "?column?") c(met))
     LEFT JOIN flowc._done m ON (((m.bucket = a.bucket) AND (m.run_id = a.run_id) AND (m.node = n.map_node) AND (m.idx = '-1'::integer) AND (m.st = 1))))
  WHERE ((a.n = a.n_in) AND ((d.st IS NOT NULL) OR (a.status = 1)) AND
        CASE
            WHEN a.closed THEN (d.st IS DISTINCT FROM 2)
            WHEN (NOT j.satisfied) THEN (d.st IS DISTINCT FROM 3)
            WHEN (NOT c.met) THEN (d.st IS DISTINCT FROM
            CASE
                WHEN n.unmet_fails THEN 7
                ELSE 4
            END)
            WHEN ((n.map_node IS NOT NULL) AND (m.node IS NULL)) THEN (d.st IS DISTINCT FROM 3)
            ELSE ((d.st >= 2) AND (d.st <= 4))
        END)
UNION ALL
 SELECT 'a step that is skipped has no task'::text AS invariant,
    d.run_id,
    d.node,
    format('settled as %s, %s tasks'::text, d.st, x.tasks) AS detail
   FROM (flowc._done d
     CROSS JOIN LATERAL ( SELECT (d.attempt + ( SELECT count(*) AS count
                   FROM flowc._errors e
                  WHERE ((e.bucket = d.bucket) AND (e.run_id = d.run_id) AND (e.node = d.node)))) AS "?column?") x(tasks))
  WHERE ((d.idx = '-1'::integer) AND ((d.st >= 2) AND (d.st <= 4)) AND (x.tasks > 0))
UNION ALL
 SELECT 'a step that has settled has no task'::text AS invariant,
    t.run_id,
    t.node,
    format('attempt %s'::text, t.attempt) AS detail
   FROM (flowc._tasks t
     JOIN flowc._done d ON (((d.bucket = t.bucket) AND (d.run_id = t.run_id) AND (d.node = t.node) AND (d.idx = '-1'::integer) AND (d.st <> 6))));


--
-- Name: _buckets; Type: TABLE; Schema: flowc; Owner: -
--

CREATE TABLE flowc._buckets (
    bucket integer NOT NULL,
    next_expiry_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL
);


--
-- Name: _broken_runs; Type: VIEW; Schema: flowc; Owner: -
--

CREATE VIEW flowc._broken_runs AS
 SELECT 'a started run has something to do'::text AS invariant,
    r.run_id,
    NULL::smallint AS node,
    'no task is ready, leased or asleep'::text AS detail
   FROM flowc._runs r
  WHERE ((r.status = 1) AND (NOT (EXISTS ( SELECT
           FROM flowc._tasks t
          WHERE ((t.bucket = r.bucket) AND (t.run_id = r.run_id))))))
UNION ALL
 SELECT 'an ended run has nothing at work'::text AS invariant,
    x.run_id,
    x.node,
    format('%s, in %s'::text, COALESCE((ARRAY['started'::text, 'completed'::text, 'failed'::text, 'cancelled'::text])[r.status], 'no such run'::text), x.place) AS detail
   FROM (( SELECT t.bucket,
            t.run_id,
            t.node,
            '_live or _later'::text AS place
           FROM flowc._tasks t
        UNION ALL
         SELECT w.bucket,
            w.run_id,
            w.node,
            '_waits'::text
           FROM flowc._waits w
        UNION ALL
         SELECT m.bucket,
            m.run_id,
            m.node,
            '_maps'::text
           FROM flowc._maps m) x
     LEFT JOIN flowc._runs r ON (((r.bucket = x.bucket) AND (r.run_id = x.run_id))))
  WHERE (r.status IS DISTINCT FROM 1)
UNION ALL
 SELECT 'what is kept belongs to a run'::text AS invariant,
    x.run_id,
    x.node,
    format('in %s'::text, x.place) AS detail
   FROM ( SELECT d.bucket,
            d.run_id,
            d.node,
            '_done'::text AS place
           FROM flowc._done d
        UNION ALL
         SELECT e.bucket,
            e.run_id,
            e.node,
            '_errors'::text
           FROM flowc._errors e) x
  WHERE (NOT (EXISTS ( SELECT
           FROM flowc._runs r
          WHERE ((r.bucket = x.bucket) AND (r.run_id = x.run_id)))))
UNION ALL
 SELECT 'a run belongs to a flow'::text AS invariant,
    r.run_id,
    NULL::smallint AS node,
    format('flow %s is not there'::text, r.flow_id) AS detail
   FROM flowc._runs r
  WHERE (NOT (EXISTS ( SELECT
           FROM flowc._plans p
          WHERE (p.flow_id = r.flow_id))))
UNION ALL
 SELECT 'in a completed run every step has settled'::text AS invariant,
    r.run_id,
    n.node,
    'it has not'::text AS detail
   FROM (flowc._runs r
     JOIN flowc._nodes n ON ((n.flow_id = r.flow_id)))
  WHERE ((r.status = 2) AND (NOT (EXISTS ( SELECT
           FROM flowc._done d
          WHERE ((d.bucket = r.bucket) AND (d.run_id = r.run_id) AND (d.node = n.node) AND (d.idx = '-1'::integer) AND (d.st < 6))))))
UNION ALL
 SELECT 'a failed step ends its run'::text AS invariant,
    d.run_id,
    d.node,
    format('element %s failed, the run is %s'::text, d.idx, (ARRAY['started'::text, 'completed'::text, 'failed'::text, 'cancelled'::text])[r.status]) AS detail
   FROM (flowc._done d
     JOIN flowc._runs r ON (((r.bucket = d.bucket) AND (r.run_id = d.run_id))))
  WHERE ((d.st = 7) AND ((r.status = 2) OR ((r.status = 1) AND (d.idx = '-1'::integer))))
UNION ALL
 SELECT 'a run counts the failures that were skipped'::text AS invariant,
    r.run_id,
    NULL::smallint AS node,
    format('counted %s, there are %s'::text, r.skipped_failures, COALESCE(f.failures, (0)::bigint)) AS detail
   FROM (flowc._runs r
     LEFT JOIN ( SELECT d.bucket,
            d.run_id,
            count(*) AS failures
           FROM flowc._done d
          WHERE ((d.st = 5) AND (NOT ((d.idx = '-1'::integer) AND (EXISTS ( SELECT
                   FROM flowc._done e
                  WHERE ((e.bucket = d.bucket) AND (e.run_id = d.run_id) AND (e.node = d.node) AND (e.idx >= 0)))))))
          GROUP BY d.bucket, d.run_id) f ON (((f.bucket = r.bucket) AND (f.run_id = r.run_id))))
  WHERE ((r.status = 2) AND (r.skipped_failures <> COALESCE(f.failures, (0)::bigint)))
UNION ALL
 SELECT 'a run tells how it ended'::text AS invariant,
    r.run_id,
    r.failed_node AS node,
    format('status %s, ended at %s, error %s'::text, r.status, r.ended_at, r.error) AS detail
   FROM (flowc._runs r
     JOIN flowc._plans p ON ((p.flow_id = r.flow_id)))
  WHERE (((r.status = 1) <> (r.ended_at IS NULL)) OR ((r.status = ANY (ARRAY[3, 4])) <> (r.error IS NOT NULL)) OR ((r.status = 3) <> (r.failed_node IS NOT NULL)) OR (((r.status = 2) AND (p.returns IS NOT NULL)) <> (r.output IS NOT NULL)) OR (r.ended_at < r.started_at))
UNION ALL
 SELECT 'the id of a run names its bucket'::text AS invariant,
    r.run_id,
    NULL::smallint AS node,
    format('bucket %s'::text, r.bucket) AS detail
   FROM flowc._runs r
  WHERE ((((('x'::text || "right"((r.run_id)::text, 4)))::bit(16))::integer <> r.bucket) OR (NOT (EXISTS ( SELECT
           FROM flowc._buckets b
          WHERE (b.bucket = r.bucket)))));


--
-- Name: _broken_tasks; Type: VIEW; Schema: flowc; Owner: -
--

CREATE VIEW flowc._broken_tasks AS
 SELECT 'a task stands in one place'::text AS invariant,
    t.run_id,
    t.node,
    format('element %s, attempt %s: settled, too, at attempt %s'::text, t.idx, t.attempt, d.attempt) AS detail
   FROM (flowc._tasks t
     JOIN flowc._done d ON (((d.bucket = t.bucket) AND (d.run_id = t.run_id) AND (d.node = t.node) AND (d.idx = t.idx))))
UNION ALL
 SELECT 'a task stands in one place'::text AS invariant,
    l.run_id,
    l.node,
    format('element %s is ready and asleep'::text, l.idx) AS detail
   FROM (flowc._live l
     JOIN flowc._later z ON (((z.bucket = l.bucket) AND (z.run_id = l.run_id) AND (z.node = l.node) AND (z.idx = l.idx))))
UNION ALL
 SELECT 'a task stands where its key leads'::text AS invariant,
    t.run_id,
    t.node,
    format('priority %s, queue %s, flow %s, need %s'::text, (- t.prio), t.queue, t.flow_id, t.need_id) AS detail
   FROM ((flowc._tasks t
     LEFT JOIN flowc._runs r ON (((r.bucket = t.bucket) AND (r.run_id = t.run_id))))
     LEFT JOIN flowc._nodes n ON (((n.flow_id = r.flow_id) AND (n.node = t.node))))
  WHERE (((((t.flow_id IS DISTINCT FROM r.flow_id) OR ((- t.prio) IS DISTINCT FROM (r.priority + n.priority))) OR (t.queue IS DISTINCT FROM n.queue)) OR (t.need_id IS DISTINCT FROM n.need_id)) OR (t.max_attempts IS DISTINCT FROM n.max_attempts))
UNION ALL
 SELECT 'attempt numbers never go back'::text AS invariant,
    e.run_id,
    e.node,
    format('element %s: attempt %s failed, attempt %s %s'::text, e.idx, max(e.attempt), t.attempt,
        CASE
            WHEN t.leased THEN 'is at work'::text
            ELSE 'was the last'::text
        END) AS detail
   FROM (flowc._errors e
     JOIN flowc._tasks t ON (((t.bucket = e.bucket) AND (t.run_id = e.run_id) AND (t.node = e.node) AND (t.idx = e.idx))))
  GROUP BY e.run_id, e.node, e.idx, t.attempt, t.leased, t.failures, t.max_attempts
 HAVING (max(e.attempt) > (t.attempt - (t.leased)::integer))
UNION ALL
 SELECT 'an attempt is counted once'::text AS invariant,
    e.run_id,
    e.node,
    format('element %s: attempt %s failed, attempt %s is counted as %s'::text, e.idx, e.attempt, d.attempt, d.st) AS detail
   FROM (flowc._errors e
     JOIN flowc._done d ON (((d.bucket = e.bucket) AND (d.run_id = e.run_id) AND (d.node = e.node) AND (d.idx = e.idx))))
  WHERE ((e.attempt > 0) AND (e.attempt > (d.attempt - ((d.st = 1))::integer)))
UNION ALL
 SELECT 'failures are those that left an error, and fewer than the most'::text AS invariant,
    t.run_id,
    t.node,
    format('element %s: %s failures of %s, %s errors'::text, t.idx, t.failures, t.max_attempts, COALESCE(e.errors, (0)::bigint)) AS detail
   FROM (flowc._tasks t
     LEFT JOIN ( SELECT e_1.bucket,
            e_1.run_id,
            e_1.node,
            e_1.idx,
            count(*) AS errors
           FROM flowc._errors e_1
          WHERE (e_1.attempt > 0)
          GROUP BY e_1.bucket, e_1.run_id, e_1.node, e_1.idx) e ON (((e.bucket = t.bucket) AND (e.run_id = t.run_id) AND (e.node = t.node) AND (e.idx = t.idx))))
  WHERE ((t.failures >= t.max_attempts) OR (t.failures < 0) OR (t.failures > COALESCE(e.errors, (0)::bigint)))
UNION ALL
 SELECT 'a lease that ran out is found in time'::text AS invariant,
    t.run_id,
    t.node,
    format('it ends at %s, looked for at %s'::text, t.lease_expires_at, b.next_expiry_at) AS detail
   FROM (flowc._tasks t
     JOIN flowc._buckets b ON ((b.bucket = t.bucket)))
  WHERE ((t.lease_expires_at + '00:00:05'::interval) < b.next_expiry_at);


--
-- Name: _needs; Type: TABLE; Schema: flowc; Owner: -
--

CREATE TABLE flowc._needs (
    need_id integer NOT NULL,
    handlers text[] NOT NULL COLLATE pg_catalog."C",
    secrets text[] NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: _needs_need_id_seq; Type: SEQUENCE; Schema: flowc; Owner: -
--

ALTER TABLE flowc._needs ALTER COLUMN need_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME flowc._needs_need_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: _sleepers; Type: TABLE; Schema: flowc; Owner: -
--

CREATE TABLE flowc._sleepers (
    bucket integer NOT NULL,
    worker_id text NOT NULL,
    until timestamp with time zone NOT NULL,
    handlers text[] DEFAULT '{}'::text[] NOT NULL
);


--
-- Name: _workers; Type: TABLE; Schema: flowc; Owner: -
--

CREATE TABLE flowc._workers (
    bucket integer NOT NULL,
    worker_id text NOT NULL COLLATE pg_catalog."C",
    handlers text[] NOT NULL COLLATE pg_catalog."C",
    queues text[] COLLATE pg_catalog."C",
    secrets text[] NOT NULL COLLATE pg_catalog."C",
    started_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL
);


--
-- Name: blobs; Type: VIEW; Schema: flowc; Owner: -
--

CREATE VIEW flowc.blobs AS
 SELECT b.blob_id,
    b.size,
    b.media_type,
    b.store,
    b.ready,
    r.runs,
    b.stored_at,
    b.keep_until
   FROM (flowc._blobs b
     CROSS JOIN LATERAL ( SELECT count(*) AS runs
           FROM flowc._blob_refs f
          WHERE (f.blob_id = b.blob_id)) r);


--
-- Name: deps; Type: TABLE; Schema: flowc; Owner: -
--

CREATE TABLE flowc.deps (
    flow_slug text NOT NULL COLLATE pg_catalog."C",
    step_slug text NOT NULL COLLATE pg_catalog."C",
    depends_on text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL,
    CONSTRAINT deps_kind_check CHECK ((kind = ANY (ARRAY['join'::text, 'condition'::text, 'gate'::text])))
);


--
-- Name: flows_flow_id_seq; Type: SEQUENCE; Schema: flowc; Owner: -
--

ALTER TABLE flowc.flows ALTER COLUMN flow_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME flowc.flows_flow_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: installation; Type: TABLE; Schema: flowc; Owner: -
--

CREATE TABLE flowc.installation (
    only_row boolean DEFAULT true NOT NULL,
    schema_version integer NOT NULL,
    flowc_version text NOT NULL,
    functions_digest text NOT NULL,
    functions_found text NOT NULL,
    views_digest text NOT NULL,
    views_found text NOT NULL,
    installed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT installation_only_row_check CHECK (only_row)
);


--
-- Name: invariants; Type: VIEW; Schema: flowc; Owner: -
--

CREATE VIEW flowc.invariants AS
 SELECT b.invariant,
    b.run_id,
    n.step_slug,
    b.detail
   FROM ((( SELECT _broken_joins.invariant,
            _broken_joins.run_id,
            _broken_joins.node,
            _broken_joins.detail
           FROM flowc._broken_joins
        UNION ALL
         SELECT _broken_outcomes.invariant,
            _broken_outcomes.run_id,
            _broken_outcomes.node,
            _broken_outcomes.detail
           FROM flowc._broken_outcomes
        UNION ALL
         SELECT _broken_maps.invariant,
            _broken_maps.run_id,
            _broken_maps.node,
            _broken_maps.detail
           FROM flowc._broken_maps
        UNION ALL
         SELECT _broken_tasks.invariant,
            _broken_tasks.run_id,
            _broken_tasks.node,
            _broken_tasks.detail
           FROM flowc._broken_tasks
        UNION ALL
         SELECT _broken_runs.invariant,
            _broken_runs.run_id,
            _broken_runs.node,
            _broken_runs.detail
           FROM flowc._broken_runs
        UNION ALL
         SELECT _broken_blobs.invariant,
            _broken_blobs.run_id,
            _broken_blobs.node,
            _broken_blobs.detail
           FROM flowc._broken_blobs) b
     LEFT JOIN flowc._runs r ON ((r.run_id = b.run_id)))
     LEFT JOIN flowc._nodes n ON (((n.flow_id = r.flow_id) AND (n.node = b.node))))
UNION ALL
 SELECT d.invariant,
    NULL::uuid AS run_id,
    d.step_slug,
    format('flow %s: %s'::text, d.flow_slug, d.detail) AS detail
   FROM flowc._broken_definitions d;


--
-- Name: migrations; Type: TABLE; Schema: flowc; Owner: -
--

CREATE TABLE flowc.migrations (
    number integer NOT NULL,
    name text NOT NULL,
    digest text NOT NULL,
    applied_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);


--
-- Name: retired_flows; Type: TABLE; Schema: flowc; Owner: -
--

CREATE TABLE flowc.retired_flows (
    flow_slug text NOT NULL COLLATE pg_catalog."C",
    retired_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);


--
-- Name: runs; Type: VIEW; Schema: flowc; Owner: -
--

CREATE VIEW flowc.runs AS
 SELECT r.run_id,
    p.flow_slug,
    flowc._status_word(r.status) AS status,
    r.run_key,
    r.priority,
    r.input,
        CASE
            WHEN (r.status = 2) THEN COALESCE(r.output, ( SELECT COALESCE(jsonb_object_agg(s.slug, COALESCE(d.output, 'null'::jsonb)), '{}'::jsonb) AS "coalesce"
               FROM (UNNEST(p.ret_nodes, p.ret_slugs) s(node, slug)
                 LEFT JOIN flowc._done d ON (((d.bucket = r.bucket) AND (d.run_id = r.run_id) AND (d.node = s.node) AND (d.idx = '-1'::integer) AND (d.st = 1))))))
            ELSE NULL::jsonb
        END AS output,
    r.error,
    r.input_blobs,
        CASE
            WHEN (r.status = 2) THEN ( SELECT flowc._blob_places(COALESCE(p.returns, ( SELECT jsonb_object_agg(s.s, ('$'::text || s.s)) AS jsonb_object_agg
                       FROM unnest(p.ret_slugs) s(s))), jsonb_object_agg(v.name, v.blobs)) AS _blob_places
               FROM ( SELECT s.slug AS name,
                        d.blobs
                       FROM (UNNEST(p.ret_nodes, p.ret_slugs) s(node, slug)
                         JOIN flowc._done d ON (((d.bucket = r.bucket) AND (d.run_id = r.run_id) AND (d.node = s.node) AND (d.idx = '-1'::integer) AND (d.st = 1))))
                      WHERE (d.blobs IS NOT NULL)
                    UNION ALL
                     SELECT 'input'::text,
                        r.input_blobs
                      WHERE (r.input_blobs IS NOT NULL)) v
             HAVING (count(*) > 0))
            ELSE NULL::jsonb
        END AS output_blobs,
    f.step_slug AS failed_step,
    r.skipped_failures,
    r.started_at,
    r.ended_at,
    r.bucket
   FROM (((flowc._buckets b
     JOIN flowc._runs r ON ((r.bucket = b.bucket)))
     JOIN flowc._plans p ON ((p.flow_id = r.flow_id)))
     LEFT JOIN flowc._nodes f ON (((f.flow_id = r.flow_id) AND (f.node = r.failed_node))));


--
-- Name: stalled; Type: VIEW; Schema: flowc; Owner: -
--

CREATE VIEW flowc.stalled AS
 WITH clock AS MATERIALIZED (
         SELECT flowc.now() AS at
        ), tasks AS MATERIALIZED (
         SELECT t_1.bucket,
            t_1.run_id,
            t_1.flow_id,
            bool_or((t_1.lease_expires_at > c_1.at)) AS at_work,
            min(t_1.lease_expires_at) AS lease_over,
            min(t_1.ready_at) FILTER (WHERE (t_1.lease_expires_at IS NULL)) AS ready,
            min(t_1.due) AS overdue
           FROM (( SELECT l.bucket,
                    l.run_id,
                    l.flow_id,
                    l.lease_expires_at,
                    l.since AS ready_at,
                    NULL::timestamp with time zone AS due
                   FROM flowc._live l
                UNION ALL
                 SELECT l.bucket,
                    l.run_id,
                    l.flow_id,
                    NULL::timestamp with time zone,
                    NULL::timestamp with time zone,
                    l.due
                   FROM flowc._later l) t_1
             CROSS JOIN clock c_1)
          GROUP BY t_1.bucket, t_1.run_id, t_1.flow_id
        )
 SELECT t.run_id,
    p.flow_slug,
    why.reason,
    why.since,
    t.bucket
   FROM (((tasks t
     JOIN flowc._plans p ON ((p.flow_id = t.flow_id)))
     CROSS JOIN clock c)
     CROSS JOIN LATERAL ( SELECT w.reason,
            w.since
           FROM ( VALUES ('lease_over'::text,t.lease_over,'00:01:00'::interval), ('ready'::text,t.ready,'00:05:00'::interval), ('overdue'::text,t.overdue,'00:01:00'::interval)) w(reason, since, patience)
          WHERE (w.since < (c.at - w.patience))
          ORDER BY w.since
         LIMIT 1) why)
  WHERE (t.at_work IS NOT TRUE);


--
-- Name: step_states; Type: VIEW; Schema: flowc; Owner: -
--

CREATE VIEW flowc.step_states AS
 SELECT r.run_id,
    n.flow_slug,
    n.step_slug,
    (ARRAY['task'::text, 'map'::text, 'branch'::text])[(n.kind + 1)] AS kind,
    s.branch,
        CASE
            WHEN ((d.st >= 2) AND (d.st <= 5)) THEN 'skipped'::text
            WHEN ((n.kind = 2) AND (d.st = 1)) THEN
            CASE
                WHEN (f.settled < cardinality(n.final_nodes)) THEN
                CASE
                    WHEN (r.status = 1) THEN 'started'::text
                    ELSE 'cancelled'::text
                END
                WHEN (f.completed > 0) THEN 'completed'::text
                ELSE 'skipped'::text
            END
            WHEN (d.st = 1) THEN 'completed'::text
            WHEN ((d.st = 7) OR ((n.kind = 1) AND (r.status = 3) AND ( SELECT true
               FROM flowc._done e
              WHERE ((e.bucket = r.bucket) AND (e.run_id = r.run_id) AND (e.node = n.node) AND (e.idx >= 0) AND (e.st = 7))
             LIMIT 1))) THEN 'failed'::text
            WHEN (r.status > 1) THEN 'cancelled'::text
            WHEN ((m.total IS NOT NULL) OR (l.tasks > 0) OR (z.tasks > 0)) THEN 'started'::text
            ELSE 'created'::text
        END AS status,
        CASE
            WHEN ((n.kind = 2) AND (d.st = 1) AND (f.settled = cardinality(n.final_nodes)) AND (f.completed = 0)) THEN 'dependency_skipped'::text
            ELSE flowc._skip_word(d.st)
        END AS skip_reason,
    d.output,
    d.blobs,
    m.total,
    m.remaining,
    LEAST(d.started_at, l.started_at) AS started_at,
        CASE
            WHEN (d.st <> 6) THEN d.ended_at
            ELSE NULL::timestamp with time zone
        END AS ended_at,
    r.bucket
   FROM ((((((((flowc._buckets b
     JOIN flowc._runs r ON ((r.bucket = b.bucket)))
     JOIN flowc._nodes n ON (((n.flow_id = r.flow_id) AND (n.kind < 3))))
     JOIN flowc.steps s ON (((s.flow_slug = n.flow_slug) AND (s.step_slug = n.step_slug))))
     LEFT JOIN LATERAL ( SELECT d_1.started_at,
            d_1.ended_at,
            d_1.bucket,
            d_1.run_id,
            d_1.idx,
            d_1.attempt,
            d_1.node,
            d_1.st,
            d_1.failures,
            d_1.worker,
            d_1.output,
            d_1.blobs
           FROM flowc._done d_1
          WHERE ((d_1.bucket = r.bucket) AND (d_1.run_id = r.run_id) AND (d_1.node = n.node) AND (d_1.idx = '-1'::integer))
         LIMIT 1) d ON (true))
     LEFT JOIN LATERAL ( SELECT m_1.total,
            m_1.remaining
           FROM flowc._maps m_1
          WHERE ((m_1.bucket = r.bucket) AND (m_1.run_id = r.run_id) AND (m_1.node = n.node))
         LIMIT 1) m ON (true))
     LEFT JOIN LATERAL ( SELECT count(*) AS tasks,
            min(l_1.since) FILTER (WHERE (l_1.lease_expires_at IS NOT NULL)) AS started_at
           FROM flowc._live l_1
          WHERE ((r.status = 1) AND (n.kind < 2) AND (l_1.bucket = r.bucket) AND (l_1.prio = (- (n.priority + r.priority))) AND (l_1.queue = n.queue) AND (l_1.flow_id = r.flow_id) AND (l_1.run_id = r.run_id) AND (l_1.node = n.node))) l ON (true))
     LEFT JOIN LATERAL ( SELECT count(*) AS tasks
           FROM flowc._later z_1
          WHERE ((r.status = 1) AND (n.kind < 2) AND (z_1.bucket = r.bucket) AND (z_1.run_id = r.run_id) AND (z_1.node = n.node))) z ON (true))
     LEFT JOIN LATERAL ( SELECT count(*) AS settled,
            count(*) FILTER (WHERE (e.st = 1)) AS completed
           FROM (unnest(n.final_nodes) final(final)
             CROSS JOIN LATERAL ( SELECT e_1.st
                   FROM flowc._done e_1
                  WHERE ((e_1.bucket = r.bucket) AND (e_1.run_id = r.run_id) AND (e_1.node = final.final) AND (e_1.idx = '-1'::integer) AND (e_1.st < 6))
                 LIMIT 1) e)
          WHERE (n.kind = 2)) f ON (true));


--
-- Name: step_tasks; Type: VIEW; Schema: flowc; Owner: -
--

CREATE VIEW flowc.step_tasks AS
 SELECT r.run_id,
    n.flow_slug,
    n.step_slug,
    NULLIF(t.idx, '-1'::integer) AS task_index,
    t.status,
    t.attempt,
    t.failures,
    t.worker,
    t.visible_at,
    t.lease_expires_at,
    t.started_at,
    t.ended_at,
    t.output,
    t.blobs,
    e.error,
    r.bucket
   FROM ((((flowc._buckets b
     JOIN flowc._runs r ON ((r.bucket = b.bucket)))
     JOIN flowc._nodes n ON (((n.flow_id = r.flow_id) AND (n.kind < 2))))
     CROSS JOIN LATERAL ( SELECT l.idx,
                CASE
                    WHEN (l.lease_expires_at IS NULL) THEN 'queued'::text
                    ELSE 'started'::text
                END AS status,
            l.attempt,
            l.failures,
            l.worker,
                CASE
                    WHEN (l.lease_expires_at IS NULL) THEN l.since
                    ELSE NULL::timestamp with time zone
                END AS visible_at,
            l.lease_expires_at,
                CASE
                    WHEN (l.lease_expires_at IS NOT NULL) THEN l.since
                    ELSE NULL::timestamp with time zone
                END AS started_at,
            NULL::timestamp with time zone AS ended_at,
            NULL::jsonb AS output,
            NULL::jsonb AS blobs
           FROM flowc._live l
          WHERE ((l.bucket = r.bucket) AND (l.prio = (- (n.priority + r.priority))) AND (l.queue = n.queue) AND (l.flow_id = r.flow_id) AND (l.run_id = r.run_id) AND (l.node = n.node))
        UNION ALL
         SELECT l.idx,
            'queued'::text,
            l.attempt,
            l.failures,
            NULL::text,
            l.due,
            NULL::timestamp with time zone,
            NULL::timestamp with time zone,
            NULL::timestamp with time zone,
            NULL::jsonb,
            NULL::jsonb
           FROM flowc._later l
          WHERE ((l.bucket = r.bucket) AND (l.run_id = r.run_id) AND (l.node = n.node))
        UNION ALL
         SELECT d.idx,
                CASE d.st
                    WHEN 1 THEN 'completed'::text
                    WHEN 6 THEN 'cancelled'::text
                    ELSE 'failed'::text
                END AS "case",
            d.attempt,
            d.failures,
            d.worker,
            NULL::timestamp with time zone,
            NULL::timestamp with time zone,
            d.started_at,
            d.ended_at,
            d.output,
            d.blobs
           FROM flowc._done d
          WHERE ((d.bucket = r.bucket) AND (d.run_id = r.run_id) AND (d.node = n.node) AND (d.attempt > 0))) t)
     LEFT JOIN LATERAL ( SELECT e_1.error
           FROM flowc._errors e_1
          WHERE ((e_1.bucket = r.bucket) AND (e_1.run_id = r.run_id) AND (e_1.node = n.node) AND (e_1.idx = t.idx) AND (t.status <> 'completed'::text))
          ORDER BY e_1.attempt DESC
         LIMIT 1) e ON (true));


--
-- Name: task_errors; Type: VIEW; Schema: flowc; Owner: -
--

CREATE VIEW flowc.task_errors AS
 SELECT r.run_id,
    n.flow_slug,
    n.step_slug,
    NULLIF(e.idx, '-1'::integer) AS task_index,
    e.attempt,
    e.worker,
    (e.error ->> 'class'::text) AS class,
    (e.error ->> 'message'::text) AS message,
    (e.error ->> 'traceback'::text) AS traceback,
    e.error,
    e.started_at,
    e.failed_at,
    e.terminal,
    r.bucket
   FROM (((flowc._buckets b
     JOIN flowc._runs r ON ((r.bucket = b.bucket)))
     JOIN flowc._errors e ON (((e.bucket = r.bucket) AND (e.run_id = r.run_id))))
     JOIN flowc._nodes n ON (((n.flow_id = r.flow_id) AND (n.node = e.node))));


--
-- Name: workers; Type: VIEW; Schema: flowc; Owner: -
--

CREATE VIEW flowc.workers AS
 SELECT w.worker_id,
    (w.until > clock.at) AS alive,
    w.handlers,
    w.queues,
    w.secrets,
    w.started_at,
    w.seen_at,
    w.until,
    w.bucket
   FROM (flowc._workers w
     CROSS JOIN ( SELECT flowc.now() AS at) clock);


--
-- Name: untaken; Type: VIEW; Schema: flowc; Owner: -
--

CREATE VIEW flowc.untaken AS
 WITH wanted AS MATERIALIZED (
         SELECT DISTINCT n_1.need_id,
            n_1.queue
           FROM flowc._nodes n_1
          WHERE (n_1.kind < 2)
        ), lacking AS MATERIALIZED (
         SELECT b.bucket,
            w.need_id,
            w.queue,
            d.handlers,
            d.secrets,
            p.live_workers,
            p.workers_of_queue,
            ARRAY( SELECT h.h
                   FROM unnest(d.handlers) h(h)
                  WHERE (h.h <> ALL (p.handlers))) AS missing_handlers,
            ARRAY( SELECT s.s
                   FROM unnest(d.secrets) s(s)
                  WHERE (s.s <> ALL (p.secrets))) AS missing_secrets
           FROM (((wanted w
             JOIN flowc._needs d ON ((d.need_id = w.need_id)))
             CROSS JOIN flowc._buckets b)
             CROSS JOIN LATERAL ( SELECT (count(*))::integer AS live_workers,
                    (count(*) FILTER (WHERE f.polls))::integer AS workers_of_queue,
                    COALESCE(bool_or((f.polls AND (d.handlers <@ l_1.handlers) AND (d.secrets <@ l_1.secrets))), false) AS covered,
                    ARRAY( SELECT DISTINCT h.h
                           FROM flowc.workers o,
                            LATERAL unnest(o.handlers) h(h)
                          WHERE ((o.bucket = b.bucket) AND o.alive AND ((o.queues IS NULL) OR (w.queue = ANY (o.queues))))) AS handlers,
                    ARRAY( SELECT DISTINCT s.s
                           FROM flowc.workers o,
                            LATERAL unnest(o.secrets) s(s)
                          WHERE ((o.bucket = b.bucket) AND o.alive AND ((o.queues IS NULL) OR (w.queue = ANY (o.queues))))) AS secrets
                   FROM (flowc.workers l_1
                     CROSS JOIN LATERAL ( SELECT ((l_1.queues IS NULL) OR (w.queue = ANY (l_1.queues))) AS polls) f)
                  WHERE ((l_1.bucket = b.bucket) AND l_1.alive)) p)
          WHERE (NOT p.covered)
        )
 SELECT r.run_id,
    n.flow_slug,
    n.step_slug,
    t.ready_at,
    l.queue,
    l.handlers,
    l.secrets,
    l.missing_handlers,
    l.missing_secrets,
    l.live_workers,
    l.workers_of_queue,
    r.bucket
   FROM (((lacking l
     JOIN flowc._nodes n ON (((n.need_id = l.need_id) AND (n.queue = l.queue) AND (n.kind < 2))))
     JOIN flowc._runs r ON (((r.bucket = l.bucket) AND (r.flow_id = n.flow_id) AND (r.status = 1))))
     CROSS JOIN LATERAL ( SELECT min(t_1.ready_at) AS ready_at
           FROM ( SELECT t_2.since AS ready_at
                   FROM flowc._live t_2
                  WHERE ((t_2.bucket = r.bucket) AND (t_2.prio = (- (n.priority + r.priority))) AND (t_2.queue = n.queue) AND (t_2.flow_id = r.flow_id) AND (t_2.run_id = r.run_id) AND (t_2.node = n.node) AND (t_2.lease_expires_at IS NULL))
                 LIMIT 1) t_1) t)
  WHERE (t.ready_at IS NOT NULL);


--
-- Data for Name: _blob_chunks; Type: TABLE DATA; Schema: flowc; Owner: -
--



--
-- Data for Name: _blob_refs; Type: TABLE DATA; Schema: flowc; Owner: -
--



--
-- Data for Name: _blobs; Type: TABLE DATA; Schema: flowc; Owner: -
--



--
-- Data for Name: _buckets; Type: TABLE DATA; Schema: flowc; Owner: -
--

INSERT INTO flowc._buckets VALUES (0, '2026-11-23 07:16:19.484936+00');


--
-- Data for Name: _done; Type: TABLE DATA; Schema: flowc; Owner: -
--

INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.484936+00', '2026-11-23 07:16:14.494899+00', 0, '6c6fd5ac-3d1c-81ca-b88c-aee029cf0000', -1, 1, 2, 1, 0, 'old worker', '[1, 2, 3]', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.505092+00', '2026-11-23 07:16:14.506442+00', 0, '6c6fd5ac-3d1c-81ca-b88c-aee029cf0000', 0, 1, 0, 1, 0, 'old worker', '{"ok": true}', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.505092+00', '2026-11-23 07:16:14.510107+00', 0, '6c6fd5ac-3d1c-81ca-b88c-aee029cf0000', 1, 1, 0, 1, 0, 'old worker', '{"ok": true}', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.505092+00', '2026-11-23 07:16:14.511394+00', 0, '6c6fd5ac-3d1c-81ca-b88c-aee029cf0000', -1, 1, 3, 1, 0, 'old worker', '{"ok": true}', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.513493+00', '2026-11-23 07:16:14.514646+00', 0, '6c6fd5ac-3d1c-81ca-b88c-aee029cf0000', 2, 1, 0, 1, 0, 'old worker', '{"ok": true}', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.505092+00', '2026-11-23 07:16:14.514646+00', 0, '6c6fd5ac-3d1c-81ca-b88c-aee029cf0000', -1, 0, 0, 1, 0, NULL, '[{"ok": true}, {"ok": true}, {"ok": true}]', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.517417+00', '2026-11-23 07:16:14.518605+00', 0, '6c6fd5ac-3d1c-81ca-b88c-aee029cf0000', -1, 1, 1, 1, 0, 'old worker', '{"ok": true}', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.521847+00', '2026-11-23 07:16:14.522868+00', 0, '700c9b91-2ecd-86cd-ba29-86bf470e0000', -1, 1, 2, 1, 0, 'old worker', '[1, 2, 3]', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.52434+00', '2026-11-23 07:16:14.525351+00', 0, '700c9b91-2ecd-86cd-ba29-86bf470e0000', 0, 1, 0, 1, 0, 'old worker', '{"ok": true}', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.52434+00', '2026-11-23 07:16:14.526751+00', 0, '700c9b91-2ecd-86cd-ba29-86bf470e0000', 1, 1, 0, 1, 0, 'old worker', '{"ok": true}', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.52434+00', '2026-11-23 07:16:14.527946+00', 0, '700c9b91-2ecd-86cd-ba29-86bf470e0000', -1, 1, 3, 7, 1, 'old worker', NULL, NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.537744+00', '2026-11-23 07:16:14.539192+00', 0, '30d0c648-36b1-8879-86c1-eeb892620000', -1, 1, 2, 1, 0, 'old worker', '[1, 2, 3]', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.5412+00', '2026-11-23 07:16:14.542483+00', 0, '30d0c648-36b1-8879-86c1-eeb892620000', 0, 1, 0, 1, 0, 'old worker', '{"ok": true}', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.5412+00', '2026-11-23 07:16:14.544279+00', 0, '30d0c648-36b1-8879-86c1-eeb892620000', 1, 1, 0, 1, 0, 'old worker', '{"ok": true}', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.545584+00', '2026-11-23 07:16:14.546508+00', 0, '30d0c648-36b1-8879-86c1-eeb892620000', 2, 1, 0, 1, 0, 'old worker', '{"ok": true}', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.5412+00', '2026-11-23 07:16:14.546508+00', 0, '30d0c648-36b1-8879-86c1-eeb892620000', -1, 0, 0, 1, 0, NULL, '[{"ok": true}, {"ok": true}, {"ok": true}]', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.5412+00', '2026-11-23 07:16:14.54876+00', 0, '30d0c648-36b1-8879-86c1-eeb892620000', -1, 1, 3, 6, 0, 'old worker', NULL, NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.550373+00', '2026-11-23 07:16:14.551606+00', 0, '153efbe1-9fb4-8f96-91cb-3b5350890000', -1, 1, 2, 1, 0, 'old worker', '[1, 2, 3]', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.553494+00', '2026-11-23 07:16:14.554608+00', 0, '153efbe1-9fb4-8f96-91cb-3b5350890000', 0, 1, 0, 1, 0, 'old worker', '{"ok": true}', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.553494+00', '2026-11-23 07:16:14.556869+00', 0, '153efbe1-9fb4-8f96-91cb-3b5350890000', 1, 1, 0, 1, 0, 'old worker', '{"ok": true}', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.560642+00', '2026-11-23 07:16:14.56242+00', 0, '153efbe1-9fb4-8f96-91cb-3b5350890000', 2, 1, 0, 1, 0, 'old worker', '{"ok": true}', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.553494+00', '2026-11-23 07:16:14.56242+00', 0, '153efbe1-9fb4-8f96-91cb-3b5350890000', -1, 0, 0, 1, 0, NULL, '[{"ok": true}, {"ok": true}, {"ok": true}]', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.56548+00', '2026-11-23 07:16:14.56641+00', 0, '6899d418-9db0-8e3e-b875-fd3741d30000', -1, 1, 2, 1, 0, 'old worker', '[1, 2, 3]', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.568135+00', '2026-11-23 07:16:14.569604+00', 0, '6899d418-9db0-8e3e-b875-fd3741d30000', 0, 1, 0, 1, 0, 'old worker', '{"ok": true}', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.568135+00', '2026-11-23 07:16:14.571186+00', 0, '6899d418-9db0-8e3e-b875-fd3741d30000', 1, 1, 0, 1, 0, 'old worker', '{"ok": true}', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.572221+00', '2026-11-23 07:16:14.573363+00', 0, '6899d418-9db0-8e3e-b875-fd3741d30000', 2, 1, 0, 1, 0, 'old worker', '{"ok": true}', NULL);
INSERT INTO flowc._done VALUES ('2026-11-23 07:16:14.568135+00', '2026-11-23 07:16:14.573363+00', 0, '6899d418-9db0-8e3e-b875-fd3741d30000', -1, 0, 0, 1, 0, NULL, '[{"ok": true}, {"ok": true}, {"ok": true}]', NULL);


--
-- Data for Name: _edges; Type: TABLE DATA; Schema: flowc; Owner: -
--

INSERT INTO flowc._edges VALUES (1, 2, 0, 0, false, 1, 1, false, 'default', 0, 3, 1);
INSERT INTO flowc._edges VALUES (1, 0, 1, 0, false, 2, 2, true, 'default', 0, 3, 2);
INSERT INTO flowc._edges VALUES (1, 3, 1, 0, false, 2, 2, true, 'default', 0, 3, 2);
INSERT INTO flowc._edges VALUES (1, -1, 2, 1, false, 1, 0, true, 'default', 0, 3, 3);
INSERT INTO flowc._edges VALUES (1, 2, 3, 0, false, 1, 1, true, 'default', 0, 2, 4);
INSERT INTO flowc._edges VALUES (1, 1, 32767, 1, false, 1, 0, false, NULL, 0, 0, NULL);


--
-- Data for Name: _errors; Type: TABLE DATA; Schema: flowc; Owner: -
--

INSERT INTO flowc._errors VALUES (0, '700c9b91-2ecd-86cd-ba29-86bf470e0000', 3, -1, 1, 'old worker', true, false, '{"class": "No"}', '2026-11-23 07:16:14.52434+00', '2026-11-23 07:16:14.527946+00');
INSERT INTO flowc._errors VALUES (0, '153efbe1-9fb4-8f96-91cb-3b5350890000', 3, -1, 1, 'old worker', false, false, '{"class": "No"}', '2026-11-23 07:16:14.553494+00', '2026-11-23 07:16:14.558838+00');


--
-- Data for Name: _later; Type: TABLE DATA; Schema: flowc; Owner: -
--

INSERT INTO flowc._later VALUES (0, '153efbe1-9fb4-8f96-91cb-3b5350890000', 3, -1, '2026-11-23 07:21:12.194174+00', 0, 'default', 1, 4, 1, 1, 2, NULL);


--
-- Data for Name: _live; Type: TABLE DATA; Schema: flowc; Owner: -
--

INSERT INTO flowc._live VALUES (0, 0, 1, '6899d418-9db0-8e3e-b875-fd3741d30000', -1, 0, 2, 4, 1, '2026-11-23 07:16:14.568135+00', '2036-11-20 07:16:14.568135+00', 3, 'old worker', 'default', NULL);
INSERT INTO flowc._live VALUES (0, 0, 1, '0031f4d6-64d4-86d2-bc82-fb7cab240000', -1, 0, 3, 3, 0, '2026-11-23 07:16:14.575178+00', NULL, 2, NULL, 'default', NULL);


--
-- Data for Name: _maps; Type: TABLE DATA; Schema: flowc; Owner: -
--

INSERT INTO flowc._maps VALUES (0, '153efbe1-9fb4-8f96-91cb-3b5350890000', 0, 3, 0, 3, 0, false);
INSERT INTO flowc._maps VALUES (0, '6899d418-9db0-8e3e-b875-fd3741d30000', 0, 3, 0, 3, 0, false);


--
-- Data for Name: _needs; Type: TABLE DATA; Schema: flowc; Owner: -
--

INSERT INTO flowc._needs OVERRIDING SYSTEM VALUE VALUES (1, '{each}', '{}');
INSERT INTO flowc._needs OVERRIDING SYSTEM VALUE VALUES (2, '{join}', '{}');
INSERT INTO flowc._needs OVERRIDING SYSTEM VALUE VALUES (3, '{list}', '{}');
INSERT INTO flowc._needs OVERRIDING SYSTEM VALUE VALUES (4, '{side}', '{}');


--
-- Data for Name: _nodes; Type: TABLE DATA; Schema: flowc; Owner: -
--

INSERT INTO flowc._nodes VALUES (1, 0, 1, 0, 60000, 1, false, false, false, 'stored', 'each', 'default', NULL, NULL, NULL, NULL, '{2}', '{list}', NULL, NULL, NULL, 1, 1, 0, NULL, NULL, NULL, NULL, false, false, false, 2, false, '{}', NULL, NULL, NULL, 2, 3, 1000, 300000, 0.1, 0, NULL);
INSERT INTO flowc._nodes VALUES (1, 1, 0, 0, 60000, 2, false, true, false, 'stored', 'join', 'default', '{0,3}', '{NULL,NULL}', '{"\"each\":","\"side\":"}', '{"",""}', '{0,3}', '{each,side}', NULL, NULL, NULL, 2, 2, 0, NULL, NULL, NULL, NULL, false, false, false, NULL, false, NULL, NULL, NULL, NULL, NULL, 3, 1000, 300000, 0.1, 0, NULL);
INSERT INTO flowc._nodes VALUES (1, 2, 0, 0, 60000, 3, false, true, false, 'stored', 'list', 'default', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, 0, 0, NULL, NULL, NULL, NULL, false, false, false, NULL, false, NULL, NULL, NULL, NULL, NULL, 3, 1000, 300000, 0.1, 0, NULL);
INSERT INTO flowc._nodes VALUES (1, 3, 0, 0, 60000, 4, false, true, false, 'stored', 'side', 'default', '{2}', '{NULL}', '{"\"list\":"}', '{""}', '{2}', '{list}', NULL, NULL, NULL, 1, 1, 0, NULL, NULL, NULL, NULL, false, false, false, NULL, false, NULL, NULL, NULL, NULL, NULL, 2, 3600000, 300000, 0.1, 0, NULL);


--
-- Data for Name: _plans; Type: TABLE DATA; Schema: flowc; Owner: -
--

INSERT INTO flowc._plans VALUES (1, 'stored', true, true, false, false, true, '{}', NULL, '{1}', '{join}');


--
-- Data for Name: _runs; Type: TABLE DATA; Schema: flowc; Owner: -
--

INSERT INTO flowc._runs VALUES (0, '6c6fd5ac-3d1c-81ca-b88c-aee029cf0000', 1, 0, '2026-11-23 07:16:14.476805+00', false, 2, 0, '2026-11-23 07:16:14.518605+00', NULL, 'complete', '{}', NULL, NULL, NULL);
INSERT INTO flowc._runs VALUES (0, '700c9b91-2ecd-86cd-ba29-86bf470e0000', 1, 0, '2026-11-23 07:16:14.521039+00', false, 3, 0, '2026-11-23 07:16:14.527946+00', 3, 'fail', '{}', NULL, '{"class": "No"}', NULL);
INSERT INTO flowc._runs VALUES (0, '30d0c648-36b1-8879-86c1-eeb892620000', 1, 0, '2026-11-23 07:16:14.536376+00', false, 4, 0, '2026-11-23 07:16:14.54876+00', NULL, 'cancel', '{}', NULL, '{"class": "Cancelled", "message": "no need"}', NULL);
INSERT INTO flowc._runs VALUES (0, '153efbe1-9fb4-8f96-91cb-3b5350890000', 1, 0, '2026-11-23 07:16:14.549571+00', false, 1, 0, NULL, NULL, 'retry', '{}', NULL, NULL, NULL);
INSERT INTO flowc._runs VALUES (0, '6899d418-9db0-8e3e-b875-fd3741d30000', 1, 0, '2026-11-23 07:16:14.564587+00', false, 1, 0, NULL, NULL, 'lease', '{}', NULL, NULL, NULL);
INSERT INTO flowc._runs VALUES (0, '0031f4d6-64d4-86d2-bc82-fb7cab240000', 1, 0, '2026-11-23 07:16:14.575178+00', false, 1, 0, NULL, NULL, 'begin', '{}', NULL, NULL, NULL);


--
-- Data for Name: _sleepers; Type: TABLE DATA; Schema: flowc; Owner: -
--



--
-- Data for Name: _waits; Type: TABLE DATA; Schema: flowc; Owner: -
--

INSERT INTO flowc._waits VALUES (0, '153efbe1-9fb4-8f96-91cb-3b5350890000', 1, 1, 1, false);
INSERT INTO flowc._waits VALUES (0, '6899d418-9db0-8e3e-b875-fd3741d30000', 1, 1, 1, false);


--
-- Data for Name: _workers; Type: TABLE DATA; Schema: flowc; Owner: -
--



--
-- Data for Name: deps; Type: TABLE DATA; Schema: flowc; Owner: -
--

INSERT INTO flowc.deps VALUES ('stored', 'each', 'list', 'join');
INSERT INTO flowc.deps VALUES ('stored', 'join', 'each', 'join');
INSERT INTO flowc.deps VALUES ('stored', 'join', 'side', 'join');
INSERT INTO flowc.deps VALUES ('stored', 'side', 'list', 'join');


--
-- Data for Name: flows; Type: TABLE DATA; Schema: flowc; Owner: -
--

INSERT INTO flowc.flows OVERRIDING SYSTEM VALUE VALUES ('stored', 'fc1:18f51642e56e3dffab144da8a41763822e6348551c432c8e80bb6a68e108cba8', '{"flow":"stored","steps":{"each":{"depends_on":["list"],"kind":"map","map":"\u0024list","max_parallel":2,"with":{"item":"\u0024item"}},"join":{"depends_on":["each","side"],"kind":"task"},"list":{"kind":"task"},"side":{"depends_on":["list"],"kind":"task","retry":{"base_delay":3600000,"max_attempts":2}}}}', 1, '2026-11-23 07:16:14.457813+00');


--
-- Data for Name: installation; Type: TABLE DATA; Schema: flowc; Owner: -
--

INSERT INTO flowc.installation VALUES (true, 4, '0.1.0', 'bf18a4105c2424e415dfeceb45d58311e6079b125d1fc039fc420597f72fe0a0', 'f414ff9fd9fd5a11bee6e4f9fd11248d2059fbf143adf55f7fbb5cc76a3571de', '19370f1c24024cbc0e936db8d409193ff9afb4707a3442229bac2522914c7926', '7c9f4928feafb741d2f758dabb57a33f858eee17cf2876fa008fa938bd8fd2df', '2026-11-23 07:16:14.453359+00');


--
-- Data for Name: migrations; Type: TABLE DATA; Schema: flowc; Owner: -
--

INSERT INTO flowc.migrations VALUES (1, '0001_definitions', '187d6ed8ba0b0b22526c6e467776f1f9e5c114dda6d23f1a1d397d8596eb0f7c', '2026-11-23 07:16:14.301474+00');
INSERT INTO flowc.migrations VALUES (2, '0002_runtime', '04ae24f3a4ee9f6560ba07cccfd4322d4fea5d232cc1d7b373efb21b1691635d', '2026-11-23 07:16:14.320401+00');
INSERT INTO flowc.migrations VALUES (3, '0003_workers', '1ecd5dcc8629d3ee31d195f43560c02b785a8aceeca7f7f2d8a431f3a186b46b', '2026-11-23 07:16:14.322363+00');
INSERT INTO flowc.migrations VALUES (4, '0004_blobs', 'a099cab26a3de89296f1342c7041502135866cb21b4443702ee6775a09c2a4fd', '2026-11-23 07:16:14.328253+00');


--
-- Data for Name: retired_flows; Type: TABLE DATA; Schema: flowc; Owner: -
--



--
-- Data for Name: steps; Type: TABLE DATA; Schema: flowc; Owner: -
--

INSERT INTO flowc.steps VALUES ('stored', 'each', 'map', NULL, '{each}', '{"map": "$list", "kind": "map", "with": {"item": "$item"}, "depends_on": ["list"], "max_parallel": 2}');
INSERT INTO flowc.steps VALUES ('stored', 'join', 'task', NULL, '{join}', '{"kind": "task", "depends_on": ["each", "side"]}');
INSERT INTO flowc.steps VALUES ('stored', 'list', 'task', NULL, '{list}', '{"kind": "task"}');
INSERT INTO flowc.steps VALUES ('stored', 'side', 'task', NULL, '{side}', '{"kind": "task", "retry": {"base_delay": 3600000, "max_attempts": 2}, "depends_on": ["list"]}');


--
-- Name: _needs_need_id_seq; Type: SEQUENCE SET; Schema: flowc; Owner: -
--

SELECT pg_catalog.setval('flowc._needs_need_id_seq', 4, true);


--
-- Name: flows_flow_id_seq; Type: SEQUENCE SET; Schema: flowc; Owner: -
--

SELECT pg_catalog.setval('flowc.flows_flow_id_seq', 1, true);


--
-- Name: _blob_chunks _blob_chunks_pkey; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc._blob_chunks
    ADD CONSTRAINT _blob_chunks_pkey PRIMARY KEY (blob_id, n);


--
-- Name: _blob_refs _blob_refs_pkey; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc._blob_refs
    ADD CONSTRAINT _blob_refs_pkey PRIMARY KEY (bucket, run_id, blob_id);


--
-- Name: _blobs _blobs_pkey; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc._blobs
    ADD CONSTRAINT _blobs_pkey PRIMARY KEY (blob_id);


--
-- Name: _buckets _buckets_pkey; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc._buckets
    ADD CONSTRAINT _buckets_pkey PRIMARY KEY (bucket);


--
-- Name: _done _done_pkey; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc._done
    ADD CONSTRAINT _done_pkey PRIMARY KEY (bucket, run_id, node, idx);


--
-- Name: _edges _edges_pkey; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc._edges
    ADD CONSTRAINT _edges_pkey PRIMARY KEY (flow_id, parent, child);


--
-- Name: _errors _errors_pkey; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc._errors
    ADD CONSTRAINT _errors_pkey PRIMARY KEY (bucket, run_id, node, idx, attempt);


--
-- Name: _later _later_pkey; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc._later
    ADD CONSTRAINT _later_pkey PRIMARY KEY (bucket, run_id, node, idx);


--
-- Name: _live _live_pkey; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc._live
    ADD CONSTRAINT _live_pkey PRIMARY KEY (bucket, prio, queue, flow_id, run_id, node, idx);


--
-- Name: _maps _maps_pkey; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc._maps
    ADD CONSTRAINT _maps_pkey PRIMARY KEY (bucket, run_id, node);


--
-- Name: _needs _needs_need_id_key; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc._needs
    ADD CONSTRAINT _needs_need_id_key UNIQUE (need_id);


--
-- Name: _needs _needs_pkey; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc._needs
    ADD CONSTRAINT _needs_pkey PRIMARY KEY (handlers, secrets);


--
-- Name: _nodes _nodes_pkey; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc._nodes
    ADD CONSTRAINT _nodes_pkey PRIMARY KEY (flow_id, node);


--
-- Name: _plans _plans_pkey; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc._plans
    ADD CONSTRAINT _plans_pkey PRIMARY KEY (flow_id);


--
-- Name: _runs _runs_pkey; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc._runs
    ADD CONSTRAINT _runs_pkey PRIMARY KEY (bucket, run_id);


--
-- Name: _sleepers _sleepers_pkey; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc._sleepers
    ADD CONSTRAINT _sleepers_pkey PRIMARY KEY (bucket, worker_id);


--
-- Name: _waits _waits_pkey; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc._waits
    ADD CONSTRAINT _waits_pkey PRIMARY KEY (bucket, run_id, node);


--
-- Name: _workers _workers_pkey; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc._workers
    ADD CONSTRAINT _workers_pkey PRIMARY KEY (bucket, worker_id);


--
-- Name: deps deps_pkey; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc.deps
    ADD CONSTRAINT deps_pkey PRIMARY KEY (flow_slug, step_slug, depends_on, kind);


--
-- Name: flows flows_flow_id_key; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc.flows
    ADD CONSTRAINT flows_flow_id_key UNIQUE (flow_id);


--
-- Name: flows flows_pkey; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc.flows
    ADD CONSTRAINT flows_pkey PRIMARY KEY (flow_slug);


--
-- Name: installation installation_pkey; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc.installation
    ADD CONSTRAINT installation_pkey PRIMARY KEY (only_row);


--
-- Name: migrations migrations_pkey; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (number);


--
-- Name: retired_flows retired_flows_pkey; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc.retired_flows
    ADD CONSTRAINT retired_flows_pkey PRIMARY KEY (flow_slug);


--
-- Name: steps steps_pkey; Type: CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc.steps
    ADD CONSTRAINT steps_pkey PRIMARY KEY (flow_slug, step_slug);


--
-- Name: _blob_refs_by_blob; Type: INDEX; Schema: flowc; Owner: -
--

CREATE INDEX _blob_refs_by_blob ON flowc._blob_refs USING btree (blob_id);


--
-- Name: _blobs_by_age; Type: INDEX; Schema: flowc; Owner: -
--

CREATE INDEX _blobs_by_age ON flowc._blobs USING btree (stored_at);


--
-- Name: _later_by_due; Type: INDEX; Schema: flowc; Owner: -
--

CREATE INDEX _later_by_due ON flowc._later USING btree (bucket, due);


--
-- Name: _nodes_by_slug; Type: INDEX; Schema: flowc; Owner: -
--

CREATE UNIQUE INDEX _nodes_by_slug ON flowc._nodes USING btree (flow_id, step_slug) WHERE (kind < 3);


--
-- Name: flows delete_plan; Type: TRIGGER; Schema: flowc; Owner: -
--

CREATE TRIGGER delete_plan AFTER DELETE ON flowc.flows FOR EACH ROW EXECUTE FUNCTION flowc.delete_plan();


--
-- Name: deps refuse_change; Type: TRIGGER; Schema: flowc; Owner: -
--

CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON flowc.deps FOR EACH ROW EXECUTE FUNCTION flowc.refuse_change();


--
-- Name: flows refuse_change; Type: TRIGGER; Schema: flowc; Owner: -
--

CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON flowc.flows FOR EACH ROW EXECUTE FUNCTION flowc.refuse_change();


--
-- Name: steps refuse_change; Type: TRIGGER; Schema: flowc; Owner: -
--

CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON flowc.steps FOR EACH ROW EXECUTE FUNCTION flowc.refuse_change();


--
-- Name: deps refuse_truncate; Type: TRIGGER; Schema: flowc; Owner: -
--

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON flowc.deps FOR EACH STATEMENT EXECUTE FUNCTION flowc.refuse_change();


--
-- Name: flows refuse_truncate; Type: TRIGGER; Schema: flowc; Owner: -
--

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON flowc.flows FOR EACH STATEMENT EXECUTE FUNCTION flowc.refuse_change();


--
-- Name: steps refuse_truncate; Type: TRIGGER; Schema: flowc; Owner: -
--

CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON flowc.steps FOR EACH STATEMENT EXECUTE FUNCTION flowc.refuse_change();


--
-- Name: deps deps_flow_slug_fkey; Type: FK CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc.deps
    ADD CONSTRAINT deps_flow_slug_fkey FOREIGN KEY (flow_slug) REFERENCES flowc.flows(flow_slug) ON DELETE CASCADE;


--
-- Name: steps steps_flow_slug_fkey; Type: FK CONSTRAINT; Schema: flowc; Owner: -
--

ALTER TABLE ONLY flowc.steps
    ADD CONSTRAINT steps_flow_slug_fkey FOREIGN KEY (flow_slug) REFERENCES flowc.flows(flow_slug) ON DELETE CASCADE;


--
-- PostgreSQL database dump complete
--


