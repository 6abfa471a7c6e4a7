-- Counts settled elements of maps: opens as many new ones where a window is set; returns the
-- maps that settled with their last element, their outputs in order, null for an element that failed.
create or replace function flowc._settle_elements(
  _bucket integer, _now timestamptz, _runs uuid[], _flows integer[], _bases integer[], _nodes smallint[], _bad integer[],
  out runs uuid[], out flows integer[], out bases integer[], out nodes smallint[], out sts smallint[])
language plpgsql volatile
as $$
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
