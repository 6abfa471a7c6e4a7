-- Leases up to `_limit` ready tasks to a worker: the most urgent first, flows of one priority by turns, so that a burst
-- of one does not hold up another. Never waits for a lock, and is the last thing its transaction does. Tasks that were
-- handed to the worker already (`_h_*`, of one flow) count, and are returned with the others.
create or replace function flowc._lease(
  _bucket integer, _now timestamptz, _worker text, _needs integer[], _limit integer, _lease interval, _queues text[],
  _h_runs uuid[], _h_nodes smallint[], _h_flow integer)
returns setof flowc.leased_task
language plpgsql volatile
as $$
declare
  _prio   integer := -2147483648;
  _first  record;
  _queue  text[];
  _flow   integer[];
  _from   uuid[];
  _n      integer;
  _share  integer;
begin
  if exists (select from flowc._later l where l.bucket = _bucket and l.due <= _now) then
    perform flowc._awake(_bucket, _now);
  end if;
  _limit := _limit - coalesce(cardinality(_h_runs), 0);
  while _limit > 0 loop
    select f.prio, f.queue, f.flow_id, f.run_id, f.prio = o.prio as lowest, (f.queue, f.flow_id) = (o.queue, o.flow_id) as alone into _first
    from (select l.prio, l.queue, l.flow_id, l.run_id from flowc._live l
          where l.bucket = _bucket and l.prio > _prio order by l.prio, l.queue, l.flow_id, l.run_id limit 1) as f,
         (select l.prio, l.queue, l.flow_id from flowc._live l
          where l.bucket = _bucket order by l.prio desc, l.queue desc, l.flow_id desc, l.run_id desc limit 1) as o;
    exit when not found;
    _prio := _first.prio;
    if _first.lowest and _first.alone then
      _queue := array[_first.queue]; _flow := array[_first.flow_id]; _from := array[_first.run_id];
      _n := case when _queues is null or _first.queue = any(_queues) then 1 else 0 end;
    else
      with recursive groups (queue, flow_id, run_id) as (
        select _first.queue, _first.flow_id, _first.run_id
        union all
        select g.* from groups
        cross join lateral (select l.queue, l.flow_id, l.run_id from flowc._live l
          where l.bucket = _bucket and l.prio = _prio and (l.queue, l.flow_id) > (groups.queue, groups.flow_id)
          order by l.queue, l.flow_id, l.run_id limit 1) as g
      )
      select array_agg(queue), array_agg(flow_id), array_agg(run_id), count(*) into _queue, _flow, _from, _n
      from (select * from groups where _queues is null or queue = any(_queues) order by random()) as shuffled;
    end if;
    -- First a fair share for each flow, then whatever is left.
    foreach _share in array case _n when 0 then '{}' when 1 then array[_limit] else array[greatest(1, _limit / _n), _limit] end loop
      exit when _limit <= 0;
      return query select * from flowc._lease_from(_bucket, _now, _worker, _lease, _needs, _prio, _queue, _flow, _from, _share, _limit,
        _h_runs, _h_nodes, _h_flow);
      get diagnostics _n = row_count;
      _limit := _limit - _n + coalesce(cardinality(_h_runs), 0);
      _h_runs := null;
    end loop;
    exit when _first.lowest;
  end loop;
  if _h_runs is not null then
    return query select * from flowc._lease_from(_bucket, _now, _worker, _lease, _needs, 0, '{}', '{}', '{}', 0, 0, _h_runs, _h_nodes, _h_flow);
  end if;
end
$$;
