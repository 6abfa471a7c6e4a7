\set ON_ERROR_STOP on
begin isolation level read committed;
select flowc.lock_deploys();
insert into flowc.flows (flow_slug, digest, definition)
  values ('every_key', 'fc1:2633f49d329df6f78bbfff094b31bcda2a3e1cc29f47ab1e6a41273d07ebc172', $flowc${"flow":"every_key","input":{"description":"kept \u00e9\ud834\udd1e","properties":{"depth":{"default":2,"type":"integer"},"url":{"enum":["a","b",null],"type":["null","string"]}},"required":["depth","url"],"type":"object"},"returns":{"n\u00e9":null,"saved":"\u0024save"},"secrets":["A_KEY","B_KEY"],"steps":{"inner":{"branch":"outer","depends_on":["ready"],"join":"settled","kind":"branch","run_unless":[{"website":{"status":404}}]},"last":{"depends_on":["outer"],"join":"none","kind":"task","on_failure":"skip","priority":3,"queue":"slow","retry":{"max_attempts":5,"max_delay":600000},"timeout":120000},"outer":{"kind":"branch","on_unmet":"fail","run_if":[{"input":{"depth":1}},{"website":{"status":200,"tags":["a","b"]}}]},"ready":{"kind":"task","on_failure":"skip","priority":3,"queue":"slow","retry":{"max_attempts":5,"max_delay":600000},"timeout":120000},"save":{"branch":"outer","depends_on":["inner","subpages","words"],"join":"any","kind":"task","on_failure":"skip","priority":3,"queue":"slow","retry":{"max_attempts":5,"max_delay":600000},"timeout":120000,"with":{"links":"\u0024subpages"}},"subpages":{"branch":"inner","handler":"fetch","kind":"map","map":"\u0024website.links","max_parallel":10,"on_failure":"skip","priority":3,"queue":"slow","retry":{"max_attempts":5,"max_delay":600000},"timeout":120000,"with":{"url":"\u0024item"}},"website":{"delay":3600000,"handler":["fetch","pages.parse"],"kind":"task","output":{"required":["status","text"],"type":"object"},"priority":-1,"retry":{"base_delay":500,"jitter":0,"max_delay":600000},"timeout":500,"with":{"numbers":[1,1.0,-0.0,1e+22,9007199254740991],"text":"\u0024\u0024x \" \\ ' \u0024flowc\u0024 \t","url":"\u0024input.url"}},"words":{"branch":"inner","kind":"map","map":["a","b"],"on_failure":"skip","priority":3,"queue":"slow","retry":{"max_attempts":5,"max_delay":600000},"timeout":120000}}}$flowc$)
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
  where f.flow_slug = 'every_key' and f.digest = 'fc1:2633f49d329df6f78bbfff094b31bcda2a3e1cc29f47ab1e6a41273d07ebc172'
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
  where f.flow_slug = 'every_key' and f.digest = 'fc1:2633f49d329df6f78bbfff094b31bcda2a3e1cc29f47ab1e6a41273d07ebc172'
  on conflict do nothing;
select flowc.prepare_flow('every_key', 'fc1:2633f49d329df6f78bbfff094b31bcda2a3e1cc29f47ab1e6a41273d07ebc172');
select flowc.assert_deployed('every_key', 'fc1:2633f49d329df6f78bbfff094b31bcda2a3e1cc29f47ab1e6a41273d07ebc172');
commit;
