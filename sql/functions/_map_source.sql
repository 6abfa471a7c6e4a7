-- What a map goes over, and whether it is there at all: a source step that did not complete skips the map.
create or replace function flowc._map_source(
  _bucket integer, _run_id uuid, _node smallint, _input boolean, _path text[], _literal jsonb, _nodes smallint[], _slugs text[],
  out source jsonb, out present boolean)
language plpgsql volatile
as $$
begin
  present := true;
  if _literal is not null then
    source := flowc._resolve(_literal, flowc._values(_bucket, _run_id, _nodes, _slugs, true));
  elsif _input then
    select flowc._look_up(r.input, _path) into source from flowc._runs r where r.bucket = _bucket and r.run_id = _run_id;
  else
    select flowc._look_up(d.output, _path) into source from flowc._done d
    where d.bucket = _bucket and d.run_id = _run_id and d.node = _node and d.idx = -1 and d.st = 1;
    present := found;
  end if;
end
$$;
