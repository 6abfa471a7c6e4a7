-- Retires a flow: no run of it starts any more, those that have started go on. Returns when it was retired: the second
-- time changes nothing.
create or replace function flowc.retire_flow(flow_slug text) returns timestamptz
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
as $$
declare
  _retired_at timestamptz;
begin
  insert into flowc.retired_flows (flow_slug, retired_at)
  select f.flow_slug, flowc.now() from flowc.flows f where f.flow_slug = retire_flow.flow_slug
  on conflict do nothing;
  select r.retired_at into _retired_at from flowc.retired_flows r where r.flow_slug = retire_flow.flow_slug;
  if not found then
    raise exception 'flow "%" is not deployed', flow_slug using errcode = 'FC001';
  end if;
  return _retired_at;
end
$$;
