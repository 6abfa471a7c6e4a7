-- Tells sleeping workers, as many as `_tasks` ready tasks are worth, that there is something to poll. A hint: a worker
-- that falls asleep in this very moment finds the tasks at its next look.
create or replace function flowc._wake(_bucket integer, _tasks integer) returns void
language plpgsql volatile
as $$
declare
  _worker_id text;
begin
  for _worker_id in
    delete from flowc._sleepers s
    where s.ctid = any(array(select ctid from flowc._sleepers where bucket = _bucket
                             limit 1 + _tasks / 50 for update skip locked))
    returning s.worker_id
  loop
    perform pg_notify('flowc', _worker_id);
  end loop;
end
$$;
