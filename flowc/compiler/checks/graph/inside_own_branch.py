"""A step waits for the branch that it is in.

A branch has ended when all its steps have, this one included: it would wait for itself.

Bad:

    flow: report
    steps:
      website:
      if_success:
        run_if: {website: {status: 200}}
        steps:
          summary:
          save:
            depends_on: [if_success]

Good:

    flow: report
    steps:
      website:
      if_success:
        run_if: {website: {status: 200}}
        steps:
          summary:
          save:
            depends_on: [summary]

A step inside a branch starts after the branch has opened without saying so. Name the steps it needs, or move it out of
the branch.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.graph import in_file_order, is_inside
from flowc.compiler.model import Flow
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule

RULE = Rule("FL403", "inside-own-branch")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each `depends_on` that names a branch around the step."""
    if in_file_order(flow):
        return
    for key, step in flow.steps.items():
        for mention in step.mentions:
            if mention.key == "depends_on" and is_inside(flow, key, mention.name):
                branch = flow.steps[mention.name]
                yield flow.diagnose(
                    RULE,
                    mention,
                    f"`{step.slug}` waits for `{branch.slug}`, the branch it is in",
                    label="a step cannot wait for its own branch",
                    help="name the steps that it needs, or move it out of the branch",
                    related=(flow.document.related(branch.path, "the branch"),),
                )
