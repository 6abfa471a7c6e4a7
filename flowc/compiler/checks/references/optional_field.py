"""A field that may be absent arrives where null is not accepted.

A field that the schema lists and does not require, or that it says may be null, is null in some runs. A parameter whose
annotation takes no null then fails its task, without retry; so does a `map` without an array.

Bad:

    flow: report
    steps:
      website:
        output:
          properties: {links: {type: array, maxItems: 100}}
      subpages:
        map: $website.links

Good:

    flow: report
    steps:
      website:
        output:
          required: [links]
          properties: {links: {type: array, maxItems: 100}}
      subpages:
        map: $website.links

Name the field in `required` (a top-level field of `input` may have a `default` instead), run the step only where the
field is there, or let the parameter take null.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flowc.compiler.checks.arguments import as_mention, references_given
from flowc.compiler.checks.declared import declared_here
from flowc.compiler.checks.presence import absence_of
from flowc.compiler.checks.values import Values, values_of
from flowc.compiler.model import Flow
from flowc.compiler.schema.types import NULL, accepts, disjoint
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import WARNING, Diagnostic, Rule
from flowc.references import is_reference

if TYPE_CHECKING:
    from flowc.compiler.document import Path
    from flowc.compiler.model import Mention
    from flowc.compiler.schema.paths import Followed

RULE = Rule("FL309", "optional-field", WARNING)


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each map and each argument that null may reach."""
    for step in flow.steps.values():
        if step.kind == "map" and is_reference(step.map_):
            mention = next((one for one in step.mentions if one.key == "map"), None)
            values = values_of(flow, signatures)
            if mention is None or not mention.name or values.is_plain_array(mention):
                continue
            if values.source_of(step).of_kind("array"):
                yield from _of(values, mention, mention.path, f"the map `{step.slug}`")
    if signatures is None:
        return
    values = values_of(flow, signatures)
    for part in references_given(values):
        found = as_mention(part.argument, part.given, part.path)
        if found is None or accepts(part.wanted, None) or not _may_be_null(values.follow(found)):
            continue
        if absence_of(flow, part.argument.step.slug, found.name) is not None:
            continue
        if not disjoint(values.arriving(found).type, part.wanted):
            taker = f"`{part.name}` of `{part.argument.handler}`"
            yield from _of(values, found, part.path, taker, on_key=part.on_key)


def _of(values: Values, mention: Mention, path: Path, taker: str, *, on_key: bool = False) -> Iterator[Diagnostic]:
    found = values.arriving(mention)
    if _may_be_null(found) and not _is_guarded(values, mention):
        depth = len(mention.fields) if found.absent is None else found.absent + 1
        whole = ".".join((mention.name, *mention.fields[:depth]))
        yield values.flow.document.diagnose(
            RULE,
            path,
            f"`{whole}` may be {'null' if found.absent is None else 'absent'}, and {taker} takes no null",
            label="null in some runs",
            help=_advice(found, mention),
            related=declared_here(values, mention, mention.fields[:depth]),
            key=on_key,
        )


def _advice(found: Followed, mention: Mention) -> str:
    if mention.key != "map":
        return "require it in the schema, or let null be taken"
    if found.absent is not None:
        return "require it in the schema"
    return f"take null out of its schema, or map only where it is none: `run_unless: {_null_at(mention)}`"


def _null_at(mention: Mention) -> str:
    """The pattern that matches where null stands in place of what is mentioned."""
    pattern = "null"
    for name in reversed((mention.name, *mention.fields)):
        pattern = f"{{{name}: {pattern}}}"
    return pattern


def _may_be_null(found: Followed) -> bool:
    """Whether a schema says that there may be a null, or nothing; before conditions are looked at, or after."""
    return found.nowhere is None and (found.absent is not None or _is_nullable(found))


def _is_nullable(found: Followed) -> bool:
    """Whether a schema says that there may be a null."""
    return any(shape.is_declared for shape in found.type.of_kind("null")) and not disjoint(found.type, NULL)


def _is_guarded(values: Values, mention: Mention) -> bool:
    """Whether the step runs only where a pattern for null at this very place did not match."""
    if mention.owner is None:
        return False
    guard: object = None
    for name in reversed((mention.name, *mention.fields)):
        guard = {name: guard}
    return any(not demand.met and guard in demand.patterns for demand in values.world(mention.owner).demands)
