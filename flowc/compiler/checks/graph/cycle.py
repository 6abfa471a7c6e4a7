"""Steps wait for each other in a circle.

None of them could ever start. A step waits for what it names in `depends_on`, in a reference or in a condition, for
the branch it is in, and who waits for a branch waits for all steps in it.

Bad:

    flow: report
    steps:
      website:
        with: {hint: $summary.hint}
      summary:
        with: {text: $website.text}

Good:

    flow: report
    steps:
      website:
      summary:
        with: {text: $website.text}

The report shows the shortest circle, each edge with its line: take one of them out.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.graph import Edge, cycles
from flowc.compiler.model import Flow
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Related, Rule

RULE = Rule("FL401", "cycle")

# A list stops here, "and 4 more".
_MOST = 8


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each circle, at the edge that goes against the order of the file."""
    for cycle in cycles(flow):
        first = cycle[0]
        if first.mention is not None:
            yield flow.diagnose(
                RULE,
                first.mention,
                f"steps wait for each other: {_circle(flow, cycle)}",
                label=_says(flow, first),
                help="take one of these edges out",
                related=tuple(_related(flow, edge) for edge in cycle[1:_MOST]),
            )


def _circle(flow: Flow, cycle: list[Edge]) -> str:
    slugs = [f"`{flow.steps[edge.waiter].slug}`" for edge in cycle]
    shown = [*slugs[:_MOST], f"{len(slugs) - _MOST} more"] if len(slugs) > _MOST else slugs
    return " → ".join([*shown, slugs[0]])


def _related(flow: Flow, edge: Edge) -> Related:
    if edge.mention is None:
        return flow.document.related(flow.steps[edge.waiter].path, _says(flow, edge))
    return flow.document.related(edge.mention.path, _says(flow, edge), key=edge.mention.in_condition)


def _says(flow: Flow, edge: Edge) -> str:
    waiter, awaited = flow.steps[edge.waiter].slug, flow.steps[edge.awaited].slug
    if edge.mention is not None:
        return f"`{waiter}` waits for `{awaited}`"
    if flow.steps[edge.waiter].branch == edge.awaited:
        return f"`{waiter}` is inside `{awaited}`"
    return f"`{waiter}` ends with its step `{awaited}`"
