-- The marks of an array, given those of its elements by their index; null for null.
create or replace function flowc._marks_of_elements(_elements jsonb) returns jsonb
language sql immutable parallel safe
as $$
  select jsonb_agg(m.mark || jsonb_build_object('path', jsonb_build_array(e.key) || (m.mark -> 'path')) order by e.key::integer, m.n)
  from jsonb_each(_elements) as e
  cross join lateral jsonb_array_elements(e.value) with ordinality as m (mark, n)
$$;
