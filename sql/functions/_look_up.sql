-- What stands at a path of a JSON value; null where it leads nowhere. All digits is an index in an array and a
-- key in an object. (Not `#>`: that one counts `-1` from an array's end.)
create or replace function flowc._look_up(_value jsonb, _path text[]) returns jsonb
language plpgsql immutable parallel safe
as $$
declare
  _segment text;
begin
  foreach _segment in array coalesce(_path, '{}') loop
    if jsonb_typeof(_value) = 'object' then
      _value := _value -> _segment;
    elsif jsonb_typeof(_value) = 'array' and _segment ~ '^[0-9]{1,9}$' then
      _value := _value -> _segment::integer;
    else
      return null;
    end if;
  end loop;
  return _value;
end
$$;
