-- Deletes runs that ended longer ago than `older_than`, with all that belongs to them; returns how many. Takes 10,000 of a
-- bucket at most in one call, so that no call is long: call it until it returns less.
create or replace function flowc.prune(older_than interval default '30 days') returns integer
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
as $$
declare
  _before timestamptz := flowc.now() - older_than;
  _bucket integer;
  _runs   uuid[];
  _n      integer := 0;
begin
  perform flowc._require_read_committed();
  for _bucket in select b.bucket from flowc._buckets b order by 1 loop
    _runs := array(select r.run_id from flowc._runs r
                   where r.bucket = _bucket and r.status > 1 and r.ended_at < _before
                   order by r.run_id limit 10000 for update skip locked);
    delete from flowc._errors e where e.bucket = _bucket and e.run_id = any(_runs);
    delete from flowc._done d where d.bucket = _bucket and d.run_id = any(_runs);
    delete from flowc._blob_refs f where f.bucket = _bucket and f.run_id = any(_runs);
    delete from flowc._runs r where r.bucket = _bucket and r.run_id = any(_runs);
    _n := _n + cardinality(_runs);
  end loop;
  if _n < 10000 then
    delete from flowc._code_versions v
    where v.seen_at < coalesce((select min(r.started_at) from flowc._runs r), 'infinity')
      and not exists (select from flowc._workers w where w.worker_id = v.worker_id);
  end if;
  return _n;
end
$$;
