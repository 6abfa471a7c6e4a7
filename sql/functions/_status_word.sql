-- The word for a run's status.
create or replace function flowc._status_word(_status smallint) returns text
language sql immutable parallel safe
as $$ select (array['started', 'completed', 'failed', 'cancelled'])[_status] $$;
