-- A template with each reference (`$name.key.0`) replaced by what it stands for in `_values`, null where it leads nowhere.
create or replace function flowc._resolve(_template jsonb, _values jsonb) returns jsonb
language plpgsql immutable parallel safe
as $$
declare
  _text text;
  _path text[];
begin
  case jsonb_typeof(_template)
  when 'string' then
    _text := _template #>> '{}';
    if left(_text, 1) <> '$' then
      return _template;
    elsif substr(_text, 2, 1) = '$' then
      return to_jsonb(substr(_text, 2));
    end if;
    _path := string_to_array(substr(_text, 2), '.');
    return coalesce(flowc._look_up(_values -> _path[1], _path[2:]), 'null');
  when 'object' then
    return (select coalesce(jsonb_object_agg(key, flowc._resolve(value, _values)), '{}') from jsonb_each(_template));
  when 'array' then
    return (select coalesce(jsonb_agg(flowc._resolve(value, _values) order by n), '[]')
            from jsonb_array_elements(_template) with ordinality as e (value, n));
  else
    return _template;
  end case;
end
$$;
