-- The secrets for want of which a worker with these handlers leaves flows alone that it could do otherwise, by flow.
create or replace function flowc.missing_secrets(handlers text[], secrets text[])
returns table (flow_slug text, secret text)
language sql stable security definer set search_path = pg_catalog, flowc, pg_temp
as $$
  select distinct f.flow_slug, n.name collate "C"
  from flowc.flows f
  cross join lateral jsonb_array_elements_text(f.definition::jsonb -> 'secrets') as n (name)
  where n.name <> all (missing_secrets.secrets)
    and exists (select from flowc.steps s where s.flow_slug = f.flow_slug and s.handler <@ missing_secrets.handlers)
    and not exists (select from flowc.retired_flows r where r.flow_slug = f.flow_slug)
  order by 1, 2
$$;
