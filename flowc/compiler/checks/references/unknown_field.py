"""A reference or a condition names a field that the output of its step does not have.

What the step's `output` declares is looked at, else what the annotations of its handler say; a field that is not listed
there is null in every run. Where fields are expressly allowed (`additionalProperties: true`), nothing is reported.

Bad:

    flow: report
    steps:
      sentiment:
        output:
          properties: {label: {type: string}, score: {type: number}}
      save:
        with: {score: $sentiment.socre}

Good:

    flow: report
    steps:
      sentiment:
        output:
          properties: {label: {type: string}, score: {type: number}}
      save:
        with: {score: $sentiment.score}

Write the name as it is declared, or declare the field.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flowc.compiler.checks.declared import declared_here, label_of, names_of
from flowc.compiler.checks.patterns import Trouble, findings
from flowc.compiler.checks.values import Lost, Values, is_by_index, is_of_input, values_of
from flowc.compiler.did_you_mean import listing, question
from flowc.compiler.model import Flow
from flowc.compiler.near_names import near
from flowc.compiler.schema.wording import kinds, without_null
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule
from flowc.references import INPUT

RULE = Rule("FL304", "unknown-field")

# Near names are looked for among this many.
_MOST = 100


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each field that no value has."""
    values = values_of(flow, signatures)
    for lost in values.once(Values.lost):
        if not is_by_index(lost) and not is_of_input(lost):
            yield _diagnostic(values, lost)
    for found in findings(values, Trouble.FIELD):
        if found.mention.name != INPUT:
            whole, _, field = found.name.rpartition(".")
            yield flow.document.diagnose(
                RULE,
                found.path,
                f"`{whole}` has no field `{field}`",
                label=label_of(values, found.mention),
                help=_meant(field, names_of(found.type)),
                related=declared_here(values, found.mention, tuple(map(str, found.fields[:-1])), names_of(found.type)),
                key=True,
            )


def _diagnostic(values: Values, lost: Lost) -> Diagnostic:
    mention, (depth, around) = lost
    field = mention.fields[depth]
    whole = ".".join((mention.name, *mention.fields[:depth]))
    names = names_of(around)
    is_object = bool(around.of_kind("object"))
    related = declared_here(values, mention, mention.fields[:depth], names)
    return values.flow.diagnose(
        RULE,
        mention,
        f"`{whole}` has no field `{field}`"
        if is_object
        else f"`{whole}` is {kinds(without_null(around))}: it has no field `{field}`",
        label=label_of(values, mention),
        help=_meant(field, names) or (f"it has {listing(names)}" if names and not related else None),
        related=related,
    )


def _meant(field: str, names: Sequence[str]) -> str | None:
    """A question for the field that a misspelt one means."""
    return question(near(field, names[:_MOST]))
