"""`depends_on` names a step that a reference waits for anyway.

Nothing goes wrong; but the list says less the longer it is, and keeps an edge when the reference is gone.

Bad:

    flow: report
    steps:
      website:
      save:
        depends_on: [website]
        with: {text: $website.text}

Good:

    flow: report
    steps:
      website:
      save:
        with: {text: $website.text}

Take it out of `depends_on`. Inside a branch that already waited for the step, a reference makes no edge, and
`depends_on` is not redundant.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.checks.removal import removal
from flowc.compiler.model import Flow, Mention, Step
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import WARNING, Diagnostic, Rule

RULE = Rule("FL404", "redundant-dependency", WARNING, fixable=True)


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each explicit dependency that a reference implies."""
    for step in flow.steps.values():
        if step.depends_on and len(step.depends_on) < len(step.mentions):
            yield from _of(flow, step)


def _of(flow: Flow, step: Step) -> Iterator[Diagnostic]:
    implied: dict[str, Mention] = {}
    for mention in step.mentions:
        if mention.key in {"with", "map"} and mention.name in step.joins and mention.name in flow.steps:
            implied.setdefault(mention.name, mention)
    for branch in flow.branches_of(step) if implied else ():
        for slug in (*branch.depends_on, *branch.conditions):
            implied.pop(slug, None)
    for mention in step.mentions:
        if mention.key == "depends_on" and mention.name in implied:
            place = flow.document.related(implied[mention.name].path, "implied here", key=False)
            yield flow.document.diagnose(
                RULE,
                mention.path,
                f"`{step.slug}` waits for `{mention.name}` anyway",
                label=f"implied at {place.position.line}:{place.position.column}",
                help="take it out of `depends_on`",
                related=(place,),
                edits=removal(flow.document, mention.path),
            )
