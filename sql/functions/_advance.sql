-- Settles what follows from nodes that have just settled, until nothing changes. The frontier (run, flow, the run's
-- priority, node, how it settled) of many runs moves together, one turn for each level of the longest cascade; each edge
-- is travelled once, each node evaluated once. Then runs that reached their end complete, and runs with a failure
-- (`_f_*`: those that the caller brings) fail. The caller holds the runs' locks; what settled stands in _done.
create or replace function flowc._advance(
  _bucket integer, _now timestamptz, _runs uuid[], _flows integer[], _bases integer[], _nodes smallint[], _sts smallint[],
  _f_runs uuid[] default null, _f_nodes smallint[] default null, _f_errors jsonb[] default null)
returns void
language plpgsql volatile
as $$
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
