-- Raises unless the flow stands in the database with this digest, whole: the last word of a deploy.
create or replace function flowc.assert_deployed(flow_slug text, digest text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
as $$
declare
  _deployed text;
  _steps    jsonb;
begin
  select f.digest, f.definition::jsonb -> 'steps' into _deployed, _steps
  from flowc.flows f where f.flow_slug = assert_deployed.flow_slug;
  if _deployed is null then
    raise exception 'flow "%" is not deployed', flow_slug using errcode = 'FC001';
  elsif _deployed is distinct from digest then
    raise exception 'flow "%" is deployed with other content: % here, % in the database', flow_slug, digest, _deployed
      using errcode = 'FC002', hint = format('A slug is for ever: give the changed flow a new one (flowc bump %s).', flow_slug);
  elsif (select count(*) from flowc.steps s where s.flow_slug = assert_deployed.flow_slug
         and s.definition = _steps -> s.step_slug) <> (select count(*) from jsonb_object_keys(_steps))
     or not exists (select from flowc._plans p join flowc.flows f using (flow_id)
                    where f.flow_slug = assert_deployed.flow_slug) then
    raise exception 'flow "%" is deployed in part', flow_slug using errcode = 'FC002';
  end if;
end
$$;
