-- The value where it is an object, else an empty object: for reading what an author may have left out.
create or replace function flowc._object(_value jsonb) returns jsonb
language sql immutable parallel safe
as $$ select case when jsonb_typeof(_value) = 'object' then _value else '{}' end $$;
