-- The items of a map, without those that blobs stand in: a worker asks get_item for these.
create or replace function flowc._items_at_hand(
  _bucket integer, _run_id uuid, _flow_id integer, _node smallint, _idxs integer[], _items jsonb[])
returns jsonb[]
language plpgsql volatile
as $$
declare
  _held integer[];
begin
  if not exists (select from flowc._blob_refs f where f.bucket = _bucket and f.run_id = _run_id) then
    return _items;
  end if;
  _held := array(select (m #>> '{path,0}')::integer
                 from jsonb_array_elements(flowc._marks_of_source(_bucket, _run_id, _flow_id, _node)) as m
                 where m -> 'path' <> '[]');
  return array(select case when t.idx <> all(_held) then t.item end from unnest(_idxs, _items) with ordinality as t (idx, item, n) order by t.n);
end
$$;
