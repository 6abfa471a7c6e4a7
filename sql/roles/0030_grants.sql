-- Who may do what: nobody but the owner writes runtime tables, PUBLIC has nothing. Said anew, whole, at each install.
do $$
declare
  _role     text;
  _says     text[] := array['now', 'buckets', 'bucket_of', 'get_flow'];
  _reads    text[] := array['find_blob', 'get_blob', 'get_blob_chunk'];
  _words    text[] := array['_status_word', '_skip_word', '_blob_places', '_marks_below'];
  _stores   text[] := _reads || array['keep_blob', 'put_blob', 'put_blob_chunk', 'finish_blob'];
  _calls    jsonb := jsonb_build_object(
    'flowc_deployer', array['lock_deploys', 'prepare_flow', 'assert_deployed', 'retire_flow', 'delete_flow'],
    'flowc_worker', array['poll_for_tasks', 'settle_and_poll', 'complete_task', 'complete_tasks', 'fail_task', 'fail_tasks',
                          'extend_leases', 'release_tasks', 'expire_leases', 'sleep', 'next_due', 'get_inputs', 'get_item',
                          'missing_secrets', 'sign_in', 'sign_out'] || _stores,
    'flowc_client', array['start_flow', 'start_flows', 'cancel_run', 'retry_run'] || _words || _stores,
    'flowc_observer', _words || _reads);
  _function record;
begin
  revoke all on schema flowc from public;
  revoke all on all tables in schema flowc from public;
  revoke all on all functions in schema flowc from public;
  for _role in select r from jsonb_object_keys(_calls) as r where to_regrole(r) is not null loop
    execute format('revoke all on all tables in schema flowc from %I', _role);
    execute format('revoke all on all functions in schema flowc from %I', _role);
    execute format('grant usage on schema flowc to %I', _role);
    execute format('grant select on flowc.installation, flowc.flows, flowc.steps, flowc.deps, flowc.retired_flows to %I', _role);
    for _function in
      select p.oid::regprocedure as signature from pg_proc p
      where p.pronamespace = 'flowc'::regnamespace and (p.proname = any(_says) or _calls -> _role ? p.proname::text)
    loop
      execute format('grant execute on function %s to %I', _function.signature, _role);
    end loop;
    if _role = 'flowc_deployer' then
      execute format('grant insert on flowc.flows, flowc.steps, flowc.deps, flowc.retired_flows to %I', _role);
      execute format('grant delete on flowc.flows to %I', _role);
    elsif _role = 'flowc_worker' and current_setting('server_version_num')::integer >= 170000 then
      execute 'grant maintain on flowc._live to flowc_worker'; -- to vacuum it, which shows it nothing
    elsif _role = 'flowc_worker' and current_setting('server_version_num')::integer >= 170000 then
      execute 'grant maintain on flowc._live to flowc_worker'; -- to vacuum it, which shows it nothing
    elsif _role in ('flowc_client', 'flowc_observer') then
      execute (select format('grant select on %s to %I', string_agg(c.oid::regclass::text, ', '), _role)
               from pg_class c where c.relnamespace = 'flowc'::regnamespace and c.relkind = 'v');
    end if;
  end loop;
end
$$;
