-- Leases up to `_limit` ready tasks to a worker: the most urgent first, flows of one priority by turns, so that a burst
-- of one does not hold up another. Never waits for a lock, and is the last thing its transaction does.
create or replace function flowc._lease(
  _bucket integer, _now timestamptz, _worker text, _handlers text[], _limit integer, _lease interval, _queues text[],
  _secrets text[])
returns setof flowc.leased_task
language plpgsql volatile
as $$
declare
  _needs  integer[];
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
  _needs := array(select n.need_id from flowc._needs n where n.handlers <@ _handlers and n.secrets <@ _secrets);
  loop
    select l.prio, l.queue, l.flow_id, l.run_id into _first from flowc._live l
    where l.bucket = _bucket and l.prio > _prio order by l.prio, l.queue, l.flow_id, l.run_id limit 1;
    exit when not found;
    _prio := _first.prio;
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
    -- First a fair share for each flow, then whatever is left.
    foreach _share in array case _n when 0 then '{}' when 1 then array[_limit] else array[greatest(1, _limit / _n), _limit] end loop
      exit when _limit <= 0;
      return query select * from flowc._lease_from(_bucket, _now, _worker, _lease, _needs, _prio, _queue, _flow, _from, _share, _limit);
      get diagnostics _n = row_count;
      _limit := _limit - _n;
    end loop;
    exit when _limit <= 0;
  end loop;
end
$$;
