"""A condition asks for null where the field may be absent.

In a pattern, null matches a null that is there and nothing else: an absent field does not match it.

Bad:

    flow: report
    steps:
      website:
        output:
          properties: {error: {type: [string, "null"]}}
      summary:
        run_if: {website: {error: null}}

Good:

    flow: report
    steps:
      website:
        output:
          required: [error]
          properties: {error: {type: [string, "null"]}}
      summary:
        run_if: {website: {error: null}}

Require the field, so that it is null where there is nothing; or let the step say it by a field of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.checks.declared import declared_here
from flowc.compiler.checks.patterns import Trouble, findings
from flowc.compiler.checks.values import values_of
from flowc.compiler.model import Flow
from flowc.compiler.schema.types import accepts
from flowc.compiler.schema.wording import kinds
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import WARNING, Diagnostic, Rule

RULE = Rule("FL508", "null-or-missing", WARNING)


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each null in a pattern where the field is optional."""
    values = values_of(flow, signatures)
    for found in findings(values, Trouble.NULL):
        never = not accepts(found.type, None)
        yield flow.document.diagnose(
            RULE,
            found.path,
            f"null matches an explicit null only, and `{found.name}` "
            + (f"is {kinds(found.type)}, or absent" if never else "may be absent"),
            label="never matches" if never else "no match where the field is absent",
            help=None if never else "require the field, or test another one",
            related=declared_here(values, found.mention, tuple(map(str, found.fields))),
        )
