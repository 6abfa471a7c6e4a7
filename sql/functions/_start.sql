-- Inserts the runs of one bucket that are not there yet, in the order of their ids, and settles them from the start.
create or replace function flowc._start(
  _bucket integer, _now timestamptz, _flow_id integer, _plain boolean, _ids uuid[], _inputs jsonb[], _keys text[],
  _priority integer, _checked boolean, _blobs jsonb[])
returns void
language plpgsql volatile
as $$
declare
  _new uuid[];
begin
  -- A key may be known already; an id that was just made is not, and need not be looked up.
  if _keys is null then
    with started as (
      insert into flowc._runs (bucket, run_id, flow_id, priority, input_checked, input, input_blobs, started_at)
      select _bucket, r.id, _flow_id, _priority, _checked, r.input, r.blobs, _now
      from unnest(_ids, _inputs, _blobs) as r (id, input, blobs) where flowc.bucket_of(r.id) = _bucket order by r.id
      returning run_id
    )
    select array_agg(run_id) into _new from started;
  else
    with started as (
      insert into flowc._runs (bucket, run_id, flow_id, priority, input_checked, run_key, input, input_blobs, started_at)
      select _bucket, r.id, _flow_id, _priority, _checked, r.key, r.input, r.blobs, _now
      from unnest(_ids, _inputs, _keys, _blobs) with ordinality as r (id, input, key, blobs, n)
      where flowc.bucket_of(r.id) = _bucket order by r.id, r.n
      on conflict do nothing
      returning run_id
    )
    select array_agg(run_id) into _new from started;
  end if;
  if _new is not null then
    if _blobs is not null then
      perform flowc._refer_blobs(_bucket, _ids, _blobs);
    end if;
    if _plain then
      insert into flowc._live (bucket, prio, queue, flow_id, run_id, node, idx, need_id, max_attempts, since)
      select _bucket, -(_priority + e.priority), e.queue, _flow_id, r.id, e.child, -1, e.need_id, e.max_attempts, _now
      from unnest(_new) as r (id)
      cross join lateral (select * from flowc._edges e where e.flow_id = _flow_id and e.parent = -1 offset 0) as e;
    else
      perform flowc._advance(_bucket, _now, _new, array_fill(_flow_id, array[cardinality(_new)]),
        array_fill(_priority, array[cardinality(_new)]), array_fill(-1::smallint, array[cardinality(_new)]),
        array_fill(1::smallint, array[cardinality(_new)]));
    end if;
    perform flowc._wake(_bucket, _now, cardinality(_new));
  end if;
end
$$;
