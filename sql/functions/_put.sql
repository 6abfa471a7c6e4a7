-- Makes elements of one map ready.
create or replace function flowc._put(
  _bucket integer, _now timestamptz, _run_id uuid, _flow_id integer, _base integer, _node smallint, _idxs integer[],
  _items jsonb[], _again boolean, _delayed boolean)
returns void
language sql volatile
as $$
  select flowc._ready(_bucket, _now, array_fill(_run_id, array[n]), array_fill(_flow_id, array[n]), array_fill(_base, array[n]),
    array_fill(_node, array[n]), _idxs, _items, _again, _delayed)
  from cardinality(_idxs) as n
$$;
