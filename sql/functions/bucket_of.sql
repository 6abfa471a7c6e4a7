-- The bucket of a run: the last two bytes of its id.
create or replace function flowc.bucket_of(run_id uuid) returns integer
language sql immutable strict parallel safe
as $$ select ('x' || right(run_id::text, 4))::bit(16)::integer $$;
