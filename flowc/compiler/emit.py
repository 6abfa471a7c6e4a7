"""Definitions to SQL: a program for psql, ASCII only, in which no author's text can close a quote or begin a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowc.compiler.definition import Definition

_BEGIN = "\\set ON_ERROR_STOP on\nbegin isolation level read committed;\n"
_LOCK = "select flowc.lock_deploys();\n"
_COMMIT = "commit;\n"

# Slugs and digests are letters, digits, `_` and `:`; the canonical form has no `$` and no control character.
_FLOW = """\
insert into flowc.flows (flow_slug, digest, definition)
  values ('{slug}', '{digest}', $flowc${text}$flowc$)
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
  where f.flow_slug = '{slug}' and f.digest = '{digest}'
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
  where f.flow_slug = '{slug}' and f.digest = '{digest}'
  on conflict do nothing;
select flowc.prepare_flow('{slug}', '{digest}');
select flowc.assert_deployed('{slug}', '{digest}');
"""


def emit(definitions: Sequence[Definition], *, plain: bool = False) -> str:
    """The SQL that deploys ``definitions``, by slug; the same bytes for the same definitions, in whatever order.

    ``plain`` leaves out the backslash line, begin and commit, for tools that bring their own transaction.
    """
    flows = "".join(
        _FLOW.format(slug=each.slug, digest=each.digest, text=each.text)
        for each in sorted(definitions, key=lambda definition: definition.slug)
    )
    return _LOCK + flows if plain else _BEGIN + _LOCK + flows + _COMMIT
