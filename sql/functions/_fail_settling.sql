-- Deals with nodes that fail while they settle: no array to map over (5 softly, 7), an unmet condition under
-- on_unmet: fail (9). Keeps the error; closes the runs that fail over it and returns them.
create or replace function flowc._fail_settling(
  _bucket integer, _now timestamptz, _runs uuid[], _flows integer[], _nodes smallint[], _sts smallint[], _sources jsonb[])
returns uuid[]
language plpgsql volatile
as $$
declare
  _f      record;
  _failed uuid[];
begin
  for _f in
    select v.run_id, v.node, v.st, n.step_slug,
      case when v.st = 9
        then jsonb_build_object('class', 'ConditionUnmet',
          'message', format('the condition of `%s` was not met, and its `on_unmet` is fail', n.step_slug))
        else jsonb_build_object('class', 'NotAnArray',
          'message', format('`%s` maps over what is no array: %s', n.step_slug, coalesce(left(v.source::text, 200), 'null')))
      end as error
    from unnest(_runs, _flows, _nodes, _sts, _sources) as v (run_id, flow_id, node, st, source)
    join flowc._nodes n on n.flow_id = v.flow_id and n.node = v.node
    where v.st in (5, 7, 9)
    order by v.run_id, n.step_slug
  loop
    continue when _f.run_id = any(_failed);
    insert into flowc._errors (bucket, run_id, node, idx, attempt, terminal, error, failed_at)
    select _bucket, _f.run_id, _f.node, -1, coalesce(max(e.attempt), 0), true, _f.error, _now
    from flowc._errors e where e.bucket = _bucket and e.run_id = _f.run_id and e.node = _f.node and e.idx = -1
    on conflict (bucket, run_id, node, idx, attempt) do update set error = excluded.error, failed_at = excluded.failed_at;
    if _f.st > 5 then
      perform flowc._close(_bucket, _now, _f.run_id, 3::smallint, _f.node, _f.error);
      _failed := _failed || _f.run_id;
    end if;
  end loop;
  return _failed;
end
$$;
