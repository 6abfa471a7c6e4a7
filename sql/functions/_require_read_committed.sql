-- Under a stricter isolation a statement behind a lock would not see what the lock's last holder wrote, and joins
-- would be lost (PostgreSQL manual, 13.2): refuse instead.
create or replace function flowc._require_read_committed() returns void
language plpgsql stable
as $$
begin
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception 'flowc needs a READ COMMITTED transaction, this one is %', upper(current_setting('transaction_isolation'))
      using errcode = 'FC005', hint = 'Begin it with: begin isolation level read committed.';
  end if;
end
$$;
