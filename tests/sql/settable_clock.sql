-- For tests alone: the engine's clock reads the time of a row while that holds one, on every connection alike.
create table public.test_clock (
  only_row boolean primary key default true check (only_row),
  at timestamptz
);
insert into public.test_clock default values;

create or replace function flowc.now() returns timestamptz
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$ select coalesce((select at from public.test_clock), clock_timestamp()) $$;
