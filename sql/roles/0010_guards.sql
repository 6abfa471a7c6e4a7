-- Triggers that keep definitions as they were deployed. They stand here because they name a function.
do $$
declare
  _table text;
begin
  foreach _table in array array['flows', 'steps', 'deps'] loop
    if not exists (select from pg_trigger where tgrelid = format('flowc.%I', _table)::regclass and tgname = 'refuse_change') then
      execute format('create trigger refuse_change before update or delete on flowc.%I
                      for each row execute function flowc.refuse_change()', _table);
      execute format('create trigger refuse_truncate before truncate on flowc.%I
                      execute function flowc.refuse_change()', _table);
    end if;
  end loop;
end
$$;
