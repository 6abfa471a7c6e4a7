"""A branch waits for a step that is inside it.

The step starts only once the branch has opened, and the branch opens only once the step has ended: neither ever does.

Bad:

    flow: report
    steps:
      website:
      if_long:
        run_if: {summary: {long: true}}
        steps:
          summary:
            with: {text: $website.text}
          shorten:

Good:

    flow: report
    steps:
      website:
      summary:
        with: {text: $website.text}
      if_long:
        run_if: {summary: {long: true}}
        steps:
          shorten:

Move the step out of the branch, or the condition to the steps that come after it.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.graph import in_file_order, is_inside
from flowc.compiler.model import Flow
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule

RULE = Rule("FL407", "unreachable")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each mention in a branch's own keys of a step inside it."""
    if in_file_order(flow):
        return
    for key, step in flow.steps.items():
        for mention in step.mentions:
            if mention.name in flow.steps and is_inside(flow, mention.name, key):
                inside = flow.steps[mention.name]
                yield flow.diagnose(
                    RULE,
                    mention,
                    f"`{step.slug}` can never start: it waits for `{inside.slug}`, which is inside it",
                    label="starts only after the branch has opened",
                    help="move the step out of the branch",
                    related=(flow.document.related(inside.path, f"inside `{step.slug}`"),),
                )
