-- Inserts the runs of one bucket that are not there yet, in the order of their ids, and settles them from the start.
create or replace function flowc._start(
  _bucket integer, _now timestamptz, _flow_id integer, _defaults jsonb, _ids uuid[], _inputs jsonb[], _keys text[],
  _priority integer, _checked boolean, _blobs jsonb[])
returns void
language plpgsql volatile
as $$
declare
  _new uuid[];
begin
  with started as (
    insert into flowc._runs (bucket, run_id, flow_id, priority, input_checked, run_key, input, input_blobs, started_at)
    select _bucket, r.id, _flow_id, _priority, coalesce(_checked, false), r.key,
      case when jsonb_typeof(r.input) = 'object' then _defaults || r.input else coalesce(r.input, _defaults) end, r.blobs, _now
    from unnest(_ids, _inputs, _keys, _blobs) with ordinality as r (id, input, key, blobs, n)
    where flowc.bucket_of(r.id) = _bucket
    order by r.id, r.n
    on conflict do nothing
    returning run_id
  )
  select array_agg(run_id) into _new from started;
  if _new is not null then
    if _blobs is not null then
      perform flowc._refer_blobs(_bucket, _ids, _blobs);
    end if;
    perform flowc._advance(_bucket, _now, _new, array_fill(_flow_id, array[cardinality(_new)]),
      array_fill(_priority, array[cardinality(_new)]), array_fill(-1::smallint, array[cardinality(_new)]),
      array_fill(1::smallint, array[cardinality(_new)]));
    perform flowc._wake(_bucket, _now, cardinality(_new));
  end if;
end
$$;
