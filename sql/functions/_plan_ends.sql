-- The final steps of each branch, flattened through nested ones, and their edges into the ends of branches that somebody
-- waits for. A step is final when no other step of the branch waits for it; all others settle before one of them does.
create or replace function flowc._plan_ends(_flow_id integer, _slug text) returns void
language sql volatile
as $$
  with recursive inside (step_slug, branch) as (
    select s.step_slug, s.branch from flowc.steps s where s.flow_slug = _slug and s.branch is not null
    union
    select i.step_slug, b.branch from inside i
    join flowc.steps b on b.flow_slug = _slug and b.step_slug = i.branch
    where b.branch is not null
  ), waited (step_slug, branch) as (
    -- within a branch, who waits for a nested branch waits for every step in it
    select i.step_slug, i.branch
    from inside i
    join (select step_slug, step_slug as part_of from inside union select step_slug, branch from inside) as o on o.step_slug = i.step_slug
    join flowc.deps d on d.flow_slug = _slug and d.kind <> 'gate' and d.depends_on = o.part_of
    join inside w on w.step_slug = d.step_slug and w.branch = i.branch
  ), final as (
    select i.branch, array_agg(n.node order by n.node) as nodes
    from inside i
    join flowc._nodes n on n.flow_id = _flow_id and n.step_slug = i.step_slug and n.kind < 2
    where not exists (select from waited w where w.step_slug = i.step_slug and w.branch = i.branch)
    group by i.branch
  ), kept as (
    update flowc._nodes n set final_nodes = f.nodes
    from final f where n.flow_id = _flow_id and n.step_slug = f.branch and n.kind > 1
    returning n.node, n.kind, f.nodes
  )
  insert into flowc._edges (flow_id, parent, child, kind, same_gate)
  select _flow_id, p, k.node, 0, false from kept k cross join lateral unnest(k.nodes) as p where k.kind = 3
$$;
