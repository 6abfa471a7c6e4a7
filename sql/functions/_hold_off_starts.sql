-- Waits until the transactions that look at flows have ended, those that start runs among them, and holds off new ones
-- until the caller's own has. Starts queue behind who waits here: without a lock_timeout of its own it waits 2 seconds.
create or replace function flowc._hold_off_starts() returns void
language plpgsql volatile
as $$
declare
  _timeout text := current_setting('lock_timeout');
begin
  perform set_config('lock_timeout', case _timeout when '0' then '2s' else _timeout end, true);
  lock table flowc.flows in access exclusive mode;
  perform set_config('lock_timeout', _timeout, true);
exception
  when lock_not_available then
    raise exception 'a transaction that starts runs, or looks at flows, stays open: no flow can be deleted now'
      using errcode = 'FC005', hint = 'Try again when it has ended.';
end
$$;
