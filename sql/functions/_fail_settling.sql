-- Deals with nodes that fail while they settle: no array to map over (5 softly, 7), an unmet condition under
-- on_unmet: fail (9). Keeps the errors; returns the failures that end their runs.
create or replace function flowc._fail_settling(
  _bucket integer, _now timestamptz, _runs uuid[], _flows integer[], _nodes smallint[], _sts smallint[], _sources jsonb[],
  out runs uuid[], out nodes smallint[], out errors jsonb[])
language sql volatile
as $$
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
