-- Where blobs stand in the value that a template resolves to: the marks of `_marks` (name to marks) that its references
-- pass on, each at its new place.
create or replace function flowc._blob_places(_template jsonb, _marks jsonb, _at text[] default '{}') returns jsonb
language plpgsql immutable parallel safe
as $$
declare
  _path text[];
begin
  case jsonb_typeof(_template)
  when 'string' then
    _path := string_to_array(substr(_template #>> '{}', 2), '.');
    return case when left(_template #>> '{}', 1) = '$' then flowc._marks_below(_marks -> _path[1], _path[2:], _at) end;
  when 'object' then
    return (select jsonb_agg(mark) from jsonb_each(_template) as e,
              jsonb_array_elements(flowc._blob_places(e.value, _marks, _at || e.key)) as mark);
  when 'array' then
    return (select jsonb_agg(mark) from jsonb_array_elements(_template) with ordinality as e (value, n),
              jsonb_array_elements(flowc._blob_places(e.value, _marks, _at || (e.n - 1)::text)) as mark);
  else
    return null;
  end case;
end
$$;
