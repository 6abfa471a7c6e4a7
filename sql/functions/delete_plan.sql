-- The plan of a flow goes with it, and the needs that only its steps had.
create or replace function flowc.delete_plan() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
as $$
begin
  delete from flowc._plans p where p.flow_id = old.flow_id;
  delete from flowc._edges e where e.flow_id = old.flow_id;
  delete from flowc._nodes n where n.flow_id = old.flow_id;
  delete from flowc._needs d where not exists (select from flowc._nodes n where n.need_id = d.need_id);
  return null;
end
$$;
