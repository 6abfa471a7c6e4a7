-- The definition of a deployed flow, as canonical JSON text; null for one that is not deployed.
create or replace function flowc.get_flow(flow_slug text) returns text
language sql stable security definer set search_path = pg_catalog, flowc, pg_temp
as $$ select f.definition from flowc.flows f where f.flow_slug = get_flow.flow_slug $$;
