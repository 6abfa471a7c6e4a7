-- A lease goes to somebody, for some time.
create or replace function flowc._require_lease(_worker text, _lease interval) returns void
language plpgsql immutable
as $$
begin
  if _worker is null then
    raise exception 'a lease needs the name of a worker' using errcode = 'FC006';
  elsif _lease is null or _lease <= interval '0' then
    raise exception 'a lease is longer than no time at all, not %', coalesce(_lease::text, 'null') using errcode = 'FC006';
  end if;
end
$$;
