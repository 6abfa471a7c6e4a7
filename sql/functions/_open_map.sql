-- Starts a map over a non-empty array: its counters, and tasks for the first max_parallel elements that have no
-- output yet (`_again`: after a retry of the run some have).
create or replace function flowc._open_map(
  _bucket integer, _now timestamptz, _run_id uuid, _flow_id integer, _base integer, _node smallint, _source jsonb,
  _again boolean)
returns void
language plpgsql volatile
as $$
declare
  _total integer := jsonb_array_length(_source);
  _kept  integer[] := '{}';
  _idxs  integer[];
  _items jsonb[];
begin
  if _again then
    _kept := array(select d.idx from flowc._done d
                   where d.bucket = _bucket and d.run_id = _run_id and d.node = _node and d.idx >= 0 and d.st = 1);
  end if;
  select array_agg(e.n::integer - 1 order by e.n), array_agg(e.item order by e.n) into _idxs, _items
  from (
    select e.item, e.n from jsonb_array_elements(_source) with ordinality as e (item, n)
    where not _again or e.n - 1 <> all(_kept)
    order by e.n
    limit (select n.max_parallel from flowc._nodes n where n.flow_id = _flow_id and n.node = _node)
  ) as e;
  insert into flowc._maps (bucket, run_id, node, total, remaining, opened, sparse)
  values (_bucket, _run_id, _node, _total, _total - cardinality(_kept),
          coalesce(_idxs[cardinality(_idxs)] + 1, _total), _again);
  if _idxs is not null then
    _items := flowc._items_at_hand(_bucket, _run_id, _flow_id, _node, _idxs, _items);
    perform flowc._put(_bucket, _now, _run_id, _flow_id, _base, _node, _idxs, _items, _again, true);
  end if;
end
$$;
