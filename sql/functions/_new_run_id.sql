-- A time-ordered UUID v7 (RFC 9562, section 5.7) that ends in the bucket. PostgreSQL before 18 has no uuidv7().
create or replace function flowc._new_run_id(_bucket integer, _now timestamptz) returns uuid
language sql volatile parallel safe
as $$
  select encode(
    set_bit(set_bit(
      overlay(overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from _now) * 1000)::bigint) from 3) from 1 for 6)
        placing int2send((_bucket - (_bucket / 32768) * 65536)::smallint) from 15 for 2),
      52, 1), 53, 1), 'hex')::uuid
$$;
