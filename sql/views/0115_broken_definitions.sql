-- Definitions that are not what their digest says, or not whole.
create view flowc._broken_definitions as
select 'a definition has the digest under which it was deployed' as invariant, f.flow_slug, null::text as step_slug, f.digest as detail
from flowc.flows f
where f.digest <> 'fc1:' || encode(sha256(convert_to(f.definition, 'UTF8')), 'hex')
union all
select 'the steps of a flow are those of its definition', coalesce(d.flow_slug, s.flow_slug), coalesce(d.step_slug, s.step_slug),
  case when s.step_slug is null then 'only in the definition' when d.step_slug is null then 'only in flowc.steps' else 'they differ' end
from (select f.flow_slug, e.key collate "C" as step_slug, e.value from flowc.flows f, jsonb_each(f.definition::jsonb -> 'steps') as e) as d
full join flowc.steps s on s.flow_slug = d.flow_slug and s.step_slug = d.step_slug
where s.definition is distinct from d.value
union all
select 'every flow has a plan of all its steps', f.flow_slug, s.step_slug, 'the plan lacks it'
from flowc.flows f
join flowc.steps s on s.flow_slug = f.flow_slug
where not exists (select from flowc._plans p where p.flow_id = f.flow_id)
   or not exists (select from flowc._nodes n where n.flow_id = f.flow_id and n.step_slug = s.step_slug and n.kind < 3)
union all
select 'a plan has counted its edges', p.flow_slug, n.step_slug, format('%s counted, %s there', e.n_in, e.edges)
from flowc._plans p
join (select e.flow_id, e.child, min(e.n_in) as n_in, max(e.n_in) as most, count(*) as edges from flowc._edges e group by 1, 2) as e
  on e.flow_id = p.flow_id
left join flowc._nodes n on n.flow_id = e.flow_id and n.node = e.child
where e.n_in <> e.edges or e.most <> e.edges or n.n_in <> e.edges;
