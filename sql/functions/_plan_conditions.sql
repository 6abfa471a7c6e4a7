-- The conditions of a step: its patterns, and what they look at.
create or replace function flowc._plan_conditions(
  _step jsonb, out run_if jsonb[], out run_unless jsonb[], out slugs text[], out input boolean)
language sql immutable parallel safe
as $$
  select i.patterns, u.patterns,
    (select array_agg(distinct k collate "C" order by k collate "C")
     from unnest(i.patterns || u.patterns) as p, jsonb_object_keys(p) as k where k <> 'input'),
    exists (select from unnest(i.patterns || u.patterns) as p where p ? 'input')
  from (select array_agg(value) from jsonb_array_elements(_step -> 'run_if')) as i (patterns),
       (select array_agg(value) from jsonb_array_elements(_step -> 'run_unless')) as u (patterns)
$$;
