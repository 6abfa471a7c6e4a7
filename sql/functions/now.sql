-- The one clock of the engine: the database's. A test install replaces it by one that can be set.
create or replace function flowc.now() returns timestamptz
language sql volatile parallel safe
as $$ select clock_timestamp() $$;
