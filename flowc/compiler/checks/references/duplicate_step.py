"""Two steps have the same slug.

A slug names one step in the whole flow, those inside branches included: references, rows and logs would not know
which of the two is meant.

Bad:

    flow: report
    steps:
      website:
      if_success:
        run_if: {website: {status: 200}}
        steps:
          save:
      if_failure:
        run_unless: {website: {status: 200}}
        steps:
          save:

Good:

    flow: report
    steps:
      website:
      if_success:
        run_if: {website: {status: 200}}
        steps:
          save:
      if_failure:
        run_unless: {website: {status: 200}}
        steps:
          save_error:
            handler: save

Give one of them another slug; `handler` lets both call the same callable.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.model import Flow
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule

RULE = Rule("FL311", "duplicate-step")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each step whose slug an earlier one has."""
    for key, step in flow.steps.items():
        if key != step.slug:
            first = flow.document.related(flow.steps[step.slug].path, "first here")
            yield flow.document.diagnose(
                RULE,
                step.path,
                f"`{step.slug}` is a slug already, also at {first.position.line}:{first.position.column}",
                label="slugs are unique in a flow, branches included",
                help="give one of them another slug; `handler` lets both call the same callable",
                related=(first,),
                key=True,
            )
