"""A reference, `depends_on` or a condition names a step that the flow does not have.

Nothing would ever produce the value, so that the step would wait for ever or always get null. Most often a slug is
misspelt, or the step was renamed.

Bad:

    flow: report
    steps:
      website:
      save:
        with: {text: $webiste.text}

Good:

    flow: report
    steps:
      website:
      save:
        with: {text: $website.text}

Write the slug as the step has it. A text that merely begins with a dollar is written with two: `$$x`.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.checks.strays import Fault, strays
from flowc.compiler.did_you_mean import listing, question
from flowc.compiler.graph import Graph, is_inside
from flowc.compiler.model import RESERVED, Flow, Mention
from flowc.compiler.near_names import near
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule
from flowc.references import INDEX, INPUT, ITEM

RULE = Rule("FL301", "unknown-step")

# So many names are compared for the unknown ones of a flow, then the reports do without.
_COMPARISONS = 100_000


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each name that is no step."""
    if not flow.whole:
        return
    graph: Graph | None = None
    comparisons = 0
    for mention in strays(flow, Fault.UNKNOWN):
        graph = graph or Graph(flow)
        advice = _advice(flow, graph, mention) if comparisons < _COMPARISONS else None
        comparisons += len(flow.steps)
        yield flow.diagnose(RULE, mention, f"there is no step `{mention.name}`", label="no such step", help=advice)


def _advice(flow: Flow, graph: Graph, mention: Mention) -> str | None:
    name = mention.name
    if mention.key == "depends_on" and name in {INPUT, ITEM, INDEX}:
        return f"`{name}` is there from the start; nothing waits for it"
    if name in RESERVED:
        return f"`{name}` is no value of a flow; a handler asks for it by the name of a parameter"
    known = _possible(flow, graph, mention)
    names = near(name, [*known, *_values(flow, mention)])
    return question(names) or (f"the flow has {listing(known)}" if known else None)


def _values(flow: Flow, mention: Mention) -> list[str]:
    """What the mention may mean that is no step."""
    if mention.key == "depends_on":
        return []
    of_map = mention.key == "with" and mention.owner is not None and flow.steps[mention.owner].kind == "map"
    return [INPUT, ITEM, INDEX] if of_map else [INPUT]


def _possible(flow: Flow, graph: Graph, mention: Mention) -> list[str]:
    """The slugs that may stand in the mention's place without a cycle, in file order."""
    owner = mention.owner
    later = graph.reachable(owner) if owner else set()
    return [
        key
        for key, step in flow.steps.items()
        if key == step.slug
        and graph.ends[key] not in later
        and (step.kind != "branch" or mention.key == "depends_on")
        and not (owner and is_inside(flow, key, owner))
    ]
