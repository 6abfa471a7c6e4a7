"""A condition asks for a value that the declared schema rules out.

The type is right, but the value is not among those of the `enum`, or out of the bounds, or no alternative of an
`anyOf` has all that the pattern asks for: it never matches.

Bad:

    flow: report
    steps:
      website:
        output:
          properties: {status: {enum: [200, 404]}}
      summary:
        run_if: {website: {status: 201}}

Good:

    flow: report
    steps:
      website:
        output:
          properties: {status: {enum: [200, 404]}}
      summary:
        run_if: {website: {status: 200}}

Ask for a value that can occur, or add it to the schema.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.checks.declared import declared_here
from flowc.compiler.checks.patterns import Finding, Trouble, findings
from flowc.compiler.checks.values import values_of
from flowc.compiler.did_you_mean import question
from flowc.compiler.model import Flow
from flowc.compiler.near_names import near
from flowc.compiler.schema.wording import described, literal, without_null
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule

RULE = Rule("FL503", "impossible")

# So many texts are compared for the impossible ones of a flow, then the reports do without.
_COMPARISONS = 100_000


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each value of a pattern that is never there."""
    values = values_of(flow, signatures)
    comparisons = 0
    for found in findings(values, Trouble.VALUE):
        texts: list[str] = []
        if type(found.pattern) is str and comparisons < _COMPARISONS:
            texts = [text for shape in found.type.of_kind("string") for text in shape.values or ()]
            comparisons += len(texts)
        yield flow.document.diagnose(
            RULE,
            found.path,
            _message(found),
            label="never matches",
            help=question(near(found.pattern, texts)) if texts else None,
            related=declared_here(values, found.mention, tuple(map(str, found.fields))),
        )


def _message(found: Finding) -> str:
    if type(found.pattern) is dict:
        return f"`{found.name}` never has all of this: no alternative of its schema does"
    return f"`{found.name}` is never {literal(found.pattern)}: it is {described(without_null(found.type))}"
