-- The part of settling that only batches with a failure or an element of a map pay for (`_rare`): failed tasks first,
-- then the elements, then what follows from all that settled.
create or replace function flowc._settle_rare(
  _bucket integer, _now timestamptz, _runs uuid[], _flows integer[], _bases integer[], _nodes smallint[], _sts smallint[],
  _rare flowc._taken[], _errors jsonb[], _retryable boolean[], _retry_at timestamptz[])
returns void
language plpgsql volatile
as $$
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
