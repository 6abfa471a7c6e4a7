-- The roles, which belong to the whole server. Another install may have been first, and an owner who may not create
-- roles goes without: the grants below then reach those that exist.
do $$
declare
  _role text;
begin
  foreach _role in array array['flowc_deployer', 'flowc_worker', 'flowc_client', 'flowc_observer'] loop
    begin
      if to_regrole(_role) is null then
        execute format('create role %I nologin', _role);
      end if;
    exception
      when duplicate_object or unique_violation then
        null;
      when insufficient_privilege then
        raise warning 'role % is not there and % may not create it: its grants are skipped', _role, current_user;
    end;
  end loop;
end
$$;
