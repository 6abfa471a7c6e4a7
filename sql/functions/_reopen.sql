-- Brings a run back to where its settled steps had brought it: counts anew what has arrived at each node that has not
-- settled, evaluates those whose edges have all arrived, and settles on from there.
create or replace function flowc._reopen(_bucket integer, _now timestamptz, _run_id uuid, _flow_id integer, _base integer)
returns void
language plpgsql volatile
as $$
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
