-- The marks of blobs at a path of a value and below it, as marks of what stands there, which is put at `_at`.
create or replace function flowc._marks_below(_marks jsonb, _path text[], _at text[] default '{}') returns jsonb
language sql immutable parallel safe
as $$
  select jsonb_agg(m || jsonb_build_object('path', to_jsonb(_at || p.path[coalesce(cardinality(_path), 0) + 1 :])) order by n)
  from jsonb_array_elements(_marks) with ordinality as e (m, n)
  cross join lateral (select array(select jsonb_array_elements_text(m -> 'path'))) as p (path)
  where coalesce(cardinality(_path), 0) = 0 or p.path[: cardinality(_path)] = _path
$$;
