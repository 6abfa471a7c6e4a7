-- The id of the run that a key stands for: a UUID v8 (RFC 9562, section 5.8) from SHA-256 of flow and key, so that
-- the primary key is the uniqueness.
create or replace function flowc._keyed_run_id(_flow_slug text, _run_key text, _buckets integer) returns uuid
language sql immutable parallel safe
as $$
  select encode(
    set_bit(set_bit(set_bit(set_bit(set_bit(set_bit(
      overlay(substring(h from 1 for 16) placing int2send((b - (b / 32768) * 65536)::smallint) from 15 for 2),
      55, 1), 54, 0), 53, 0), 52, 0), 71, 1), 70, 0), 'hex')::uuid
  from (select sha256(convert_to(_flow_slug, 'UTF8') || '\x00'::bytea || convert_to(_run_key, 'UTF8'))) as d (h)
  cross join lateral (select (get_byte(h, 30) * 256 + get_byte(h, 31)) % _buckets) as p (b)
$$;
