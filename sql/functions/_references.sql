-- The references at any depth of a template: their names and paths.
create or replace function flowc._references(_template jsonb) returns table (name text, path text[])
language sql immutable parallel safe
as $$
  select parts[1], parts[2:]
  from (
    select distinct string_to_array(substr(value #>> '{}', 2), '.') as parts
    from jsonb_path_query(_template, 'strict $.** ? (@.type() == "string")') as value
    where left(value #>> '{}', 1) = '$' and substr(value #>> '{}', 2, 1) <> '$'
  ) as found
$$;
