\set ON_ERROR_STOP on
begin isolation level read committed;
select flowc.lock_deploys();
insert into flowc.flows (flow_slug, digest, definition)
  values ('ping', 'fc1:e8b834c1eb1ad4aa5e15092cbb94d3d0a3c441512ce4dcf674f2d620ce0ca634', $flowc${"flow":"ping","steps":{"fetch_page":{"kind":"task"}}}$flowc$)
  on conflict do nothing;
insert into flowc.steps (flow_slug, step_slug, kind, branch, handler, definition)
  select f.flow_slug, s.key, s.value ->> 'kind', s.value ->> 'branch',
    case
      when s.value ->> 'kind' = 'branch' then null
      when jsonb_typeof(s.value -> 'handler') = 'array' then
        array(
          select h.name from jsonb_array_elements_text(s.value -> 'handler') with ordinality h (name, n) order by h.n
        )
      else array[coalesce(s.value ->> 'handler', s.key)]
    end,
    s.value
  from flowc.flows f, jsonb_each(f.definition::jsonb -> 'steps') s
  where f.flow_slug = 'ping' and f.digest = 'fc1:e8b834c1eb1ad4aa5e15092cbb94d3d0a3c441512ce4dcf674f2d620ce0ca634'
  on conflict do nothing;
insert into flowc.deps (flow_slug, step_slug, depends_on, kind)
  select f.flow_slug, s.key, e.depends_on, e.kind
  from flowc.flows f, jsonb_each(f.definition::jsonb -> 'steps') s,
    lateral (
      select j.slug, 'join' from jsonb_array_elements_text(s.value -> 'depends_on') j (slug)
      union all
      select c.slug, 'condition'
        from (values (s.value -> 'run_if'), (s.value -> 'run_unless')) p (patterns),
          jsonb_array_elements(p.patterns) q (pattern), jsonb_object_keys(q.pattern) c (slug)
        where c.slug <> 'input'
      union all
      select s.value ->> 'branch', 'gate' where s.value ? 'branch'
    ) e (depends_on, kind)
  where f.flow_slug = 'ping' and f.digest = 'fc1:e8b834c1eb1ad4aa5e15092cbb94d3d0a3c441512ce4dcf674f2d620ce0ca634'
  on conflict do nothing;
select flowc.prepare_flow('ping', 'fc1:e8b834c1eb1ad4aa5e15092cbb94d3d0a3c441512ce4dcf674f2d620ce0ca634');
select flowc.assert_deployed('ping', 'fc1:e8b834c1eb1ad4aa5e15092cbb94d3d0a3c441512ce4dcf674f2d620ce0ca634');
commit;
