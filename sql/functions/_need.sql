-- The number of a pair of handlers and secrets: what a worker must have to take a task.
create or replace function flowc._need(_handlers text[], _secrets text[]) returns integer
language plpgsql volatile
as $$
declare
  _need_id integer;
begin
  _handlers := array(select distinct h collate "C" from unnest(_handlers) as h order by 1);
  _secrets := array(select distinct s collate "C" from unnest(_secrets) as s order by 1);
  insert into flowc._needs (handlers, secrets) values (_handlers, _secrets) on conflict do nothing;
  select n.need_id into strict _need_id from flowc._needs n where n.handlers = _handlers and n.secrets = _secrets;
  return _need_id;
end
$$;
