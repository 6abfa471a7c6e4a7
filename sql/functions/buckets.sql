-- How many buckets runs are spread over: chosen at install, one unless told.
create or replace function flowc.buckets() returns integer
language sql stable security definer set search_path = pg_catalog, flowc, pg_temp
as $$ select count(*)::integer from flowc._buckets $$;
