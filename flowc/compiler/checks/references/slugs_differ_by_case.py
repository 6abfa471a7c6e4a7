"""Two slugs differ only in upper and lower case.

People read them as the same name, and so do file systems and dashboards that show a step's logs.

Bad:

    flow: report
    steps:
      save:
      Save:

Good:

    flow: report
    steps:
      save_page:
      save_summary:

Give one of them another slug.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.model import Flow, Step
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule

RULE = Rule("FL314", "slugs-differ-by-case")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each slug that an earlier one equals but for case."""
    steps = flow.steps
    if len({key.lower() for key in steps}) == len(steps):
        return
    first: dict[str, Step] = {}
    for key, step in steps.items():
        earlier = first.setdefault(key.lower(), step)
        if earlier is not step:
            yield flow.document.diagnose(
                RULE,
                step.path,
                f"`{step.slug}` and `{earlier.slug}` differ only in case",
                label="slugs are unique ignoring case",
                help="give one of them another slug",
                related=(flow.document.related(earlier.path, "the other one"),),
                key=True,
            )
