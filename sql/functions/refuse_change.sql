-- Definitions are for ever. The one change that passes: deleting a retired flow that has no runs left.
create or replace function flowc.refuse_change() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
as $$
begin
  if tg_op = 'DELETE' and tg_table_name = 'flows' then
    perform flowc._require_deletable(old.flow_slug, old.flow_id);
    return old;
  elsif tg_op = 'DELETE' and not exists (select from flowc.flows f where f.flow_slug = old.flow_slug) then
    return old;
  end if;
  raise exception '% on flowc.% is refused: definitions do not change', lower(tg_op), tg_table_name
    using errcode = 'FC005', hint = 'Deploy the changed flow under a new slug; retire and prune the old one to delete it.';
end
$$;
