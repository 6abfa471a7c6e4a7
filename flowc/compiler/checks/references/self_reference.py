"""A step refers to its own output, or waits for itself.

Its output exists only once it has run, so that it could never start.

Bad:

    flow: report
    steps:
      website:
      save:
        with: {text: $save.text}

Good:

    flow: report
    steps:
      website:
      save:
        with: {text: $website.text}

Name the step whose output is meant, or take the reference out.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.checks.strays import Fault, strays
from flowc.compiler.model import Flow
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule

RULE = Rule("FL303", "self-reference")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each mention of a step in itself."""
    for mention in strays(flow, Fault.ITSELF):
        if mention.key == "depends_on":
            message = f"`{mention.name}` waits for itself"
        elif mention.in_condition:
            message = f"`{mention.name}` has a condition on its own output"
        else:
            message = f"`{mention.name}` refers to its own output"
        yield flow.diagnose(RULE, mention, message, label="this step itself")
