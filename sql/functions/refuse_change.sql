-- Definitions are for ever. The one change that passes: deleting a retired flow that has no runs left.
create or replace function flowc.refuse_change() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
as $$
begin
  if tg_op = 'DELETE' and exists (select from flowc.retired_flows r where r.flow_slug = old.flow_slug)
     and not exists (select from flowc._runs r join flowc._plans p on p.flow_id = r.flow_id
                     where p.flow_slug = old.flow_slug) then
    return old;
  end if;
  raise exception '% on flowc.% is refused: definitions do not change', lower(tg_op), tg_table_name
    using errcode = 'FC005', hint = 'Deploy the changed flow under a new slug; retire and prune the old one to delete it.';
end
$$;
