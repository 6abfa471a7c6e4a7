-- How long a blob is left alone though nothing refers to it: longer than any attempt may take, and the longest lease
-- that a worker may ask for on top.
create or replace function flowc._blob_grace() returns interval
language sql stable
as $$ select interval '1 day' + coalesce(max(n.timeout), 0) * interval '1 millisecond' from flowc._nodes n $$;
