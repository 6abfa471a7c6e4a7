-- The part of settling that only batches with a failure or an element of a map pay for: failed tasks first, then
-- the elements, then what follows from all that settled.
create or replace function flowc._settle_rare(
  _bucket integer, _now timestamptz, _runs uuid[], _flows integer[], _bases integer[], _nodes smallint[], _sts smallint[],
  _e_runs uuid[], _e_flows integer[], _e_bases integer[], _e_nodes smallint[], _e_bad integer[],
  _tasks flowc._live[], _t_bases integer[], _expired boolean[], _errors jsonb[], _retryable boolean[], _retry_at timestamptz[])
returns void
language plpgsql volatile
as $$
declare
  _f      record;
  _m      record;
begin
  select * into _f from flowc._fail(_bucket, _now, _tasks, _t_bases, _expired, _errors, _retryable, _retry_at)
  where _tasks is not null;
  if _tasks is not null then
    _runs := _runs || _f.runs; _flows := _flows || _f.flows; _bases := _bases || _f.bases;
    _nodes := _nodes || _f.nodes; _sts := _sts || _f.sts;
    _e_runs := _e_runs || _f.e_runs; _e_flows := _e_flows || _f.e_flows; _e_bases := _e_bases || _f.e_bases;
    _e_nodes := _e_nodes || _f.e_nodes; _e_bad := _e_bad || _f.e_bad;
  end if;
  if _e_runs is not null then
    select * into _m from flowc._settle_elements(_bucket, _now, _e_runs, _e_flows, _e_bases, _e_nodes, _e_bad);
    _runs := _runs || _m.runs; _flows := _flows || _m.flows; _bases := _bases || _m.bases;
    _nodes := _nodes || _m.nodes; _sts := _sts || _m.sts;
  end if;
  perform flowc._advance(_bucket, _now, _runs, _flows, _bases, _nodes, _sts, _f.f_runs, _f.f_nodes, _f.f_errors);
end
$$;
