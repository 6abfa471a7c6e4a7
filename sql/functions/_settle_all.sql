-- Settles a batch that may be spread over buckets; returns an answer a place.
create or replace function flowc._settle_all(
  _runs uuid[], _slugs text[], _idxs integer[], _attempts integer[], _state smallint, _outputs jsonb[], _errors jsonb[],
  _retryable boolean[], _retry_at timestamptz[])
returns text[]
language plpgsql volatile security definer set search_path = pg_catalog, flowc, pg_temp
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_memoize = off set jit = off
as $$
declare
  _now     timestamptz := flowc.now();
  _bucket  integer;
  _p       record;
  _answers text[] := array_fill('run_closed'::text, array[cardinality(_runs)]);
  _some    text[];
begin
  perform flowc._require_read_committed();
  perform flowc._require_batch(_runs, _slugs, _idxs, _attempts);
  for _bucket in select distinct flowc.bucket_of(r) from unnest(_runs) as r where r is not null order by 1 loop
    select array_agg(b.at::integer) as ats, array_agg(b.run_id) as runs, array_agg(b.slug) as slugs, array_agg(b.idx) as idxs,
      array_agg(b.attempt) as attempts, array_agg(_state) as states, array_agg(b.output) as outputs, array_agg(b.error) as errors,
      array_agg(b.retryable) as retryable, array_agg(b.retry_at) as retry_at
    into _p
    from unnest(_runs, _slugs, _idxs, _attempts, _outputs, _errors, _retryable, _retry_at) with ordinality
      as b (run_id, slug, idx, attempt, output, error, retryable, retry_at, at)
    where flowc.bucket_of(b.run_id) = _bucket;
    _some := (flowc._settle(_bucket, _now, _p.runs, _p.slugs, _p.idxs, _p.attempts, _p.states, _p.outputs, _p.errors,
      _p.retryable, _p.retry_at)).answers;
    for _i in 1 .. cardinality(_p.ats) loop
      _answers[_p.ats[_i]] := coalesce(_some[_i], 'ok');
    end loop;
    perform flowc._wake(_bucket, _now, cardinality(_p.ats));
  end loop;
  return _answers;
end
$$;
