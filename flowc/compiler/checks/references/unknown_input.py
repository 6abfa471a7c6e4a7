"""A reference or a condition names a field that the flow's `input` does not declare.

It would be null in every run, or the condition never met. Where `input` expressly allows fields that it does not list
(`additionalProperties: true`), nothing is reported.

Bad:

    flow: report
    input:
      properties: {url: {type: string}}
    steps:
      website:
        with: {url: $input.ulr}

Good:

    flow: report
    input:
      properties: {url: {type: string}}
    steps:
      website:
        with: {url: $input.url}

Write the name as `input` declares it, or declare the field.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flowc.compiler.checks.declared import declaration, names_of
from flowc.compiler.checks.patterns import Trouble, findings
from flowc.compiler.checks.values import Values, is_of_input, values_of
from flowc.compiler.did_you_mean import listing, question
from flowc.compiler.model import Flow, Mention
from flowc.compiler.near_names import near
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule
from flowc.references import INPUT

if TYPE_CHECKING:
    from flowc.compiler.schema.types import Type

RULE = Rule("FL305", "unknown-input")

# Near names are looked for among this many.
_MOST = 100


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each field of the input that nobody declared."""
    if not flow.input or not flow.inputs:
        return
    values = values_of(flow, signatures)
    for lost in values.once(Values.lost):
        if is_of_input(lost):
            mention, (depth, around) = lost
            yield _diagnostic(values, mention, mention.fields[: depth + 1], around)
    for found in findings(values, Trouble.FIELD):
        if found.mention.name == INPUT:
            fields = tuple(map(str, found.fields))
            yield _diagnostic(values, found.mention._replace(path=found.path), fields, found.type)


def _diagnostic(values: Values, mention: Mention, fields: tuple[str, ...], around: Type) -> Diagnostic:
    declared = names_of(around)
    whole = ".".join((INPUT, *fields[:-1]))
    place = declaration(values, mention, fields[:-1]) or (INPUT,)
    words = listing(declared).replace("`", "") or "nothing"
    related = values.flow.document.related(place, f"declared here: {words}")
    return values.flow.diagnose(
        RULE,
        mention,
        f"`{whole}` has no field `{fields[-1]}`",
        label=f"not in the schema of `{whole}`",
        help=question(near(fields[-1], declared[:_MOST])),
        related=(related,),
    )
