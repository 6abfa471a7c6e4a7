-- How many tasks of a run failed and were skipped; a map without an array to map over counts as one.
create or replace function flowc._skipped_failures(_bucket integer, _run_id uuid, _flow_id integer) returns integer
language sql volatile
as $$
  select count(*)::integer
  from flowc._done d
  join flowc._nodes n on n.flow_id = _flow_id and n.node = d.node
  where d.bucket = _bucket and d.run_id = _run_id and d.st = 5
    and not (n.kind = 1 and d.idx = -1 and exists (
      select from flowc._done e where e.bucket = _bucket and e.run_id = _run_id and e.node = d.node and e.idx >= 0))
$$;
