-- The edges of a flow, each with what the hot path needs of its child.
create or replace function flowc._plan_edges(_flow_id integer, _slug text) returns void
language plpgsql volatile
as $$
begin
  -- Join and condition edges; a branch as a dependency is its end.
  insert into flowc._edges (flow_id, parent, child, kind, same_gate)
  select _flow_id, p.node, c.node, case d.kind when 'join' then 0 else 1 end,
    coalesce(p.kind <> 3 and ps.branch = cs.branch, false)
  from flowc.deps d
  join flowc.steps ps on ps.flow_slug = _slug and ps.step_slug = d.depends_on
  join flowc.steps cs on cs.flow_slug = _slug and cs.step_slug = d.step_slug
  join flowc._nodes p on p.flow_id = _flow_id and p.step_slug = d.depends_on and p.kind <> 2
  join flowc._nodes c on c.flow_id = _flow_id and c.step_slug = d.step_slug and c.kind <> 3
  where d.flow_slug = _slug and d.kind <> 'gate';

  -- Gate edges, where no edge from a step of the same branch carries the gate's word already.
  insert into flowc._edges (flow_id, parent, child, kind, same_gate)
  select _flow_id, g.node, c.node, 2, false
  from flowc.steps s
  join flowc._nodes c on c.flow_id = _flow_id and c.step_slug = s.step_slug and c.kind <> 3
  join flowc._nodes g on g.flow_id = _flow_id and g.step_slug = s.branch and g.kind = 2
  where s.flow_slug = _slug
    and not exists (select from flowc._edges e where e.flow_id = _flow_id and e.child = c.node and e.same_gate);

  perform flowc._plan_ends(_flow_id, _slug);

  insert into flowc._edges (flow_id, parent, child, kind, same_gate)
  select _flow_id, -1, n.node, 1, false from flowc._nodes n
  where n.flow_id = _flow_id and not exists (select from flowc._edges e where e.flow_id = _flow_id and e.child = n.node);
  insert into flowc._edges (flow_id, parent, child, kind, same_gate)
  select _flow_id, n.node, 32767, 1, false from flowc._nodes n
  where n.flow_id = _flow_id and not exists (select from flowc._edges e where e.flow_id = _flow_id and e.parent = n.node);

  update flowc._nodes n set n_in = c.n_in, n_join = c.n_join
  from (select child, count(*) as n_in, count(*) filter (where kind = 0) as n_join
        from flowc._edges where flow_id = _flow_id group by child) as c
  where n.flow_id = _flow_id and n.node = c.child;
  update flowc._nodes n set cond_nodes = array(
      select c.node from unnest(n.cond_slugs) with ordinality as s (slug, at)
      cross join lateral (select c.node from flowc._nodes c
        where c.flow_id = _flow_id and c.step_slug = s.slug collate "C" and c.kind < 3 limit 1) as c order by s.at)
  where n.flow_id = _flow_id and (n.run_if is not null or n.run_unless is not null);
  update flowc._edges e set n_in = n.n_in, n_join = n.n_join, queue = n.queue, priority = n.priority,
    max_attempts = n.max_attempts, need_id = n.need_id,
    plain = n.kind = 0 and n.join_kind = 0 and n.run_if is null and n.run_unless is null and n.delay = 0
  from flowc._nodes n
  where e.flow_id = _flow_id and n.flow_id = _flow_id and n.node = e.child;
  update flowc._nodes n set next_node = e.child, next_need_id = e.need_id, next_max_attempts = e.max_attempts
  from flowc._edges e
  where n.flow_id = _flow_id and n.kind = 0 and e.flow_id = _flow_id and e.parent = n.node
    and e.plain and e.n_in = 1 and e.queue = n.queue
    and (select count(distinct o.priority) = 1 from flowc._nodes o where o.flow_id = _flow_id and o.kind < 2)
    and not exists (select from flowc._edges o where o.flow_id = _flow_id and o.parent = n.node and o.child <> e.child);
  update flowc._edges e set n_in = (select count(*) from flowc._edges o where o.flow_id = _flow_id and o.child = 32767)
  where e.flow_id = _flow_id and e.child = 32767;
end
$$;
