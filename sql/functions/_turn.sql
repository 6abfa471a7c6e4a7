-- Evaluates nodes whose edges have all arrived: makes their tasks ready, opens their maps, records those that settle
-- at once and returns these as the next frontier. `f_*`: those that fail over it, with their errors.
-- `_again`: after a retry of the run; attempt numbers go on, delays are not waited out once more.
create or replace function flowc._turn(
  _bucket integer, _now timestamptz, _whole flowc._arrival[], _again boolean,
  out runs uuid[], out flows integer[], out bases integer[], out nodes smallint[], out sts smallint[],
  out f_runs uuid[], out f_nodes smallint[], out f_errors jsonb[])
language plpgsql volatile
as $$
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
