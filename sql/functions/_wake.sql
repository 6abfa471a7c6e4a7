-- Tells sleeping workers, of each kind as many as `_tasks` ready tasks are worth, that there is something to poll. A hint: a
-- worker that falls asleep in this very moment finds the tasks at its next look.
create or replace function flowc._wake(_bucket integer, _now timestamptz, _tasks integer) returns void
language plpgsql volatile
as $$
declare
  _worker_id text;
begin
  if not exists (select from flowc._sleepers s where s.bucket = _bucket) then
    return;
  end if;
  for _worker_id in
    with awake as (
      select s.ctid, s.until > _now as sleeps, s.handlers from flowc._sleepers s
      where s.bucket = _bucket for update skip locked
    ), chosen as (
      select a.ctid, a.sleeps, row_number() over (partition by a.handlers, a.sleeps) as n from awake a
    )
    delete from flowc._sleepers s using chosen c
    where s.ctid = c.ctid and (c.n <= 1 + _tasks / 50 or not c.sleeps)
    returning case when c.sleeps then s.worker_id end
  loop
    if _worker_id is not null then
      perform pg_notify('flowc', _worker_id);
    end if;
  end loop;
end
$$;
