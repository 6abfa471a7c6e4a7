-- Raises unless a flow is retired and has no runs left; then none can be under way either, until the caller's
-- transaction has ended.
create or replace function flowc._require_deletable(_flow_slug text, _flow_id integer) returns void
language plpgsql volatile
as $$
declare
  _held boolean;
begin
  perform flowc._require_read_committed();
  if not exists (select from flowc.retired_flows r where r.flow_slug = _flow_slug) then
    raise exception 'flow "%" is not retired', _flow_slug
      using errcode = 'FC005', hint = format('Retire it first: select flowc.retire_flow(%L).', _flow_slug);
  end if;
  -- Looked at before, too, so that starts are held off only where it is worth it.
  foreach _held in array array[false, true] loop
    if _held then
      perform flowc._hold_off_starts();
    end if;
    if exists (select from flowc._runs r where r.flow_id = _flow_id) then
      raise exception 'flow "%" has runs left', _flow_slug
        using errcode = 'FC005', hint = 'Runs that have ended go with prune; those that have not can be cancelled before.';
    end if;
  end loop;
end
$$;
