-- Completes runs in which everything has settled: what `returns` says, read from history, and how many failures were
-- skipped. The output of a flow without `returns` stays where it is: the view reads it there.
create or replace function flowc._finish(_bucket integer, _now timestamptz, _ended uuid[]) returns void
language plpgsql volatile
as $$
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
