"""A reference or a condition names a branch as if it had an output.

A branch only opens or stays closed; its steps have outputs, it has none, so that the value would always be null.

Bad:

    flow: report
    steps:
      website:
      if_success:
        run_if: {website: {status: 200}}
        steps:
          summary:
      save:
        with: {text: $if_success.text}

Good:

    flow: report
    steps:
      website:
      if_success:
        run_if: {website: {status: 200}}
        steps:
          summary:
      save:
        with: {text: $summary.text}

Name a step in the branch. To wait for a whole branch, name it in `depends_on`.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.checks.strays import Fault, strays
from flowc.compiler.did_you_mean import listing
from flowc.compiler.graph import is_inside
from flowc.compiler.model import Flow, Mention
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule

RULE = Rule("FL308", "branch-as-value")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each branch that is used as a value."""
    inside: dict[str, list[str]] = {}
    for mention in strays(flow, Fault.BRANCH):
        inside = inside or _by_branch(flow)
        yield flow.diagnose(
            RULE,
            mention,
            f"`{mention.name}` is a branch and has no output",
            label="a branch",
            help=_advice(flow, mention, inside.get(mention.name)),
            related=(flow.document.related(flow.steps[mention.name].path, "declared here"),),
        )


def _by_branch(flow: Flow) -> dict[str, list[str]]:
    """The steps with an output by the branch that they are in."""
    inside: dict[str, list[str]] = {}
    for key, step in flow.steps.items():
        if step.branch is not None and step.kind != "branch":
            inside.setdefault(step.branch, []).append(key)
    return inside


def _advice(flow: Flow, mention: Mention, inside: list[str] | None) -> str | None:
    if mention.owner and is_inside(flow, mention.owner, mention.name):
        return None
    return f"name a step in it: {listing(inside)}" if inside else None
