"""A map over a list of any length has no `max_parallel`.

All of its elements are at work at once: a list that is longer than anybody thought floods whatever the handler calls.
Only lists that a schema describes are looked at.

Bad:

    flow: report
    steps:
      website:
        output:
          required: [links]
          properties: {links: {type: array, items: {type: string}}}
      subpages:
        map: $website.links

Good:

    flow: report
    steps:
      website:
        output:
          required: [links]
          properties: {links: {type: array, items: {type: string}}}
      subpages:
        map: $website.links
        max_parallel: 10

Say how many elements may be under way at once, or in the schema how many there can be (`maxItems`).
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.checks.declared import declared_here
from flowc.compiler.checks.values import values_of
from flowc.compiler.model import Flow
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import WARNING, Diagnostic, Rule

RULE = Rule("FL803", "unbounded-map", WARNING)


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each map without limits."""
    for step in flow.steps.values():
        if step.kind != "map" or step.max_parallel is not None or "max_parallel" in step.written:
            continue
        values = values_of(flow, signatures)
        arrays = values.source_of(step).of_kind("array")
        mention = next((one for one in step.mentions if one.key == "map"), None)
        if mention is not None and any(shape.is_declared and shape.most() is None for shape in arrays):
            yield flow.diagnose(
                RULE,
                mention,
                f"all elements of `{'.'.join((mention.name, *mention.fields))}` are at work at once",
                label="a list of any length",
                help="add `max_parallel`, or `maxItems` where the list is declared",
                related=declared_here(values, mention, mention.fields),
            )
