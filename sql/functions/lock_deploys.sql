-- Installs and deploys of one database pass one at a time, until the caller's transaction ends.
create or replace function flowc.lock_deploys() returns void
language sql volatile security definer set search_path = pg_catalog, flowc, pg_temp
as $$ select pg_advisory_xact_lock(7021791460254533) $$;
