"""A step maps over what is no array.

`map` makes a task of each element of an array; of anything else it makes none and fails, in every run.

Bad:

    flow: report
    steps:
      website:
        output:
          required: [status, links]
          properties: {status: {type: integer}, links: {type: array}}
      subpages:
        map: $website.status
        max_parallel: 10

Good:

    flow: report
    steps:
      website:
        output:
          required: [status, links]
          properties: {status: {type: integer}, links: {type: array}}
      subpages:
        map: $website.links
        max_parallel: 10

Name the array, or leave `map` out where there is a single thing to do.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.checks.declared import declared_here
from flowc.compiler.checks.values import values_of
from flowc.compiler.model import Flow
from flowc.compiler.schema.wording import kinds, without_null
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule

RULE = Rule("FL605", "map-not-array")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each map whose source is never an array."""
    for step in flow.steps.values():
        if step.kind != "map" or type(step.map_) is not str:
            continue
        values = values_of(flow, signatures)
        mention = next((one for one in step.mentions if one.key == "map"), None)
        if mention is None or not mention.name or values.is_plain_array(mention):
            continue
        source = values.source_of(step)
        if not source.shapes or source.of_kind("array") or values.follow(mention).nowhere is not None:
            continue
        whole = ".".join((mention.name, *mention.fields))
        yield flow.diagnose(
            RULE,
            mention,
            f"`{whole}` is {kinds(without_null(source))}, `{step.slug}` maps over arrays",
            label="not an array",
            related=declared_here(values, mention, mention.fields),
        )
