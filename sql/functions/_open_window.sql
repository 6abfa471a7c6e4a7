-- Puts the next `_n` elements of a map to work, in place of as many that settled.
create or replace function flowc._open_window(
  _bucket integer, _now timestamptz, _run_id uuid, _flow_id integer, _base integer, _node smallint, _n integer)
returns void
language plpgsql volatile
as $$
declare
  _m      record;
  _source jsonb;
  _idxs   integer[];
  _items  jsonb[];
begin
  select * into _m from flowc._maps m where m.bucket = _bucket and m.run_id = _run_id and m.node = _node;
  select s.source into _source from flowc._nodes n
  cross join lateral flowc._map_source(_bucket, _run_id, n.map_node, n.map_input, n.map_path, n.map_literal, n.map_nodes, n.map_slugs) as s
  where n.flow_id = _flow_id and n.node = _node;
  if _m.sparse then
    select array_agg(e.idx order by e.idx), array_agg(e.item order by e.idx) into _idxs, _items
    from (select (e.n - 1)::integer as idx, e.item from jsonb_array_elements(_source) with ordinality as e (item, n)
          where e.n > _m.opened and not exists (select from flowc._done d where d.bucket = _bucket and d.run_id = _run_id
                                                and d.node = _node and d.idx = e.n - 1 and d.st = 1)
          order by e.n limit _n) as e;
  else
    select array_agg((_m.opened + e.n - 1)::integer order by e.n), array_agg(e.item order by e.n) into _idxs, _items
    from jsonb_array_elements(jsonb_path_query_array(_source, '$[$first to $last]',
      jsonb_build_object('first', _m.opened, 'last', least(_m.opened + _n, _m.total) - 1))) with ordinality as e (item, n);
  end if;
  update flowc._maps m set opened = coalesce(_idxs[cardinality(_idxs)] + 1, m.total)
  where m.bucket = _bucket and m.run_id = _run_id and m.node = _node;
  if _idxs is not null then
    _items := flowc._items_at_hand(_bucket, _run_id, _flow_id, _node, _idxs, _items);
    perform flowc._put(_bucket, _now, _run_id, _flow_id, _base, _node, _idxs, _items, _m.sparse, false);
  end if;
end
$$;
