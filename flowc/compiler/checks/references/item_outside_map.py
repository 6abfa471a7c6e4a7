"""`$item` or `$index` stands where there is no element of a map.

They are the element and its number, from 0, and only the `with` of a step that has `map` knows them.

Bad:

    flow: report
    steps:
      subpages:
        with: {url: $item}

Good:

    flow: report
    input:
      required: [urls]
      properties: {urls: {type: array, maxItems: 100}}
    steps:
      subpages:
        map: $input.urls
        with: {url: $item}

Give the step a `map`, or refer to what is meant.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.checks.strays import Fault, strays
from flowc.compiler.model import Flow, Mention
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule

RULE = Rule("FL315", "item-outside-map")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each `$item` and `$index` outside a map."""
    for mention in strays(flow, Fault.ITEM):
        if mention.owner is None or flow.steps[mention.owner].kind != "branch":
            yield flow.diagnose(
                RULE,
                mention,
                f"`${mention.name}` is known only in the `with` of a step with `map`",
                label=_label(mention),
            )


def _label(mention: Mention) -> str:
    if mention.key == "returns":
        return "the run's output has no element"
    if mention.key == "map":
        return "the list itself has no element yet"
    return f"`{mention.owner}` has no `map`"
