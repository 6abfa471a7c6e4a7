-- Deletes a retired flow of which no runs are left, with its steps and its plan. Its slug stays retired for ever.
create or replace function flowc.delete_flow(flow_slug text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
as $$
begin
  delete from flowc.flows f where f.flow_slug = delete_flow.flow_slug;
  if not found then
    raise exception 'flow "%" is not deployed', flow_slug using errcode = 'FC001';
  end if;
end
$$;
