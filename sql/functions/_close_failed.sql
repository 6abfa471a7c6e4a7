-- Ends runs by the failures found in one settling: of several in a run the first slug names it.
create or replace function flowc._close_failed(
  _bucket integer, _now timestamptz, _runs uuid[], _nodes smallint[], _errors jsonb[])
returns void
language plpgsql volatile
as $$
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
