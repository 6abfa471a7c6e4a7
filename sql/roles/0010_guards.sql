-- Triggers that keep definitions as they were deployed, and let nothing stay of one that is deleted. They stand here
-- because they name functions.
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
  if not exists (select from pg_trigger where tgrelid = 'flowc.flows'::regclass and tgname = 'delete_plan') then
    create trigger delete_plan after delete on flowc.flows for each row execute function flowc.delete_plan();
  end if;
end
$$;
