"""`depends_on` names a step twice, or one that a reference waits for anyway.

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
    """A diagnostic for each explicit dependency that a reference implies, or that is there already."""
    for step in flow.steps.values():
        if step.depends_on and len(set(step.depends_on)) < len(step.mentions):
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
        if mention.key != "depends_on" or mention.name not in flow.steps:
            continue
        first = implied.setdefault(mention.name, mention)
        if first is not mention:
            yield _diagnostic(flow, step, mention, first)


def _diagnostic(flow: Flow, step: Step, mention: Mention, first: Mention) -> Diagnostic:
    is_twice = first.key == mention.key
    place = flow.document.related(first.path, "named here" if is_twice else "implied here", key=False)
    where = f"{place.position.line}:{place.position.column}"
    return flow.document.diagnose(
        RULE,
        mention.path,
        f"`{mention.name}` appears again" if is_twice else f"`{step.slug}` waits for `{mention.name}` anyway",
        label=f"first at {where}" if is_twice else f"implied at {where}",
        help="take it out of `depends_on`",
        related=(place,),
        edits=removal(flow.document, mention.path),
    )
