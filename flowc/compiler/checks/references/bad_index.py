"""A reference takes an element of what is no array, or a field of an array, or an element past its end.

A segment that is all digits is an index in an array and a key in an object; any other is a key. By what is declared,
this one leads nowhere: the value is null in every run.

Bad:

    flow: report
    steps:
      website:
        output:
          type: object
          properties: {status: {type: integer}, links: {type: array}}
      save:
        with: {first: $website.0}

Good:

    flow: report
    steps:
      website:
        output:
          type: object
          properties: {status: {type: integer}, links: {type: array}}
      save:
        with: {first: $website.links.0}

Name the array whose element is meant, or the field.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.checks.declared import declared_here
from flowc.compiler.checks.values import Lost, Values, is_by_index, values_of
from flowc.compiler.model import Flow
from flowc.compiler.schema.paths import is_index
from flowc.compiler.schema.wording import kinds, without_null
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule

RULE = Rule("FL316", "bad-index")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each index that no array has."""
    values = values_of(flow, signatures)
    for lost in values.once(Values.lost):
        if is_by_index(lost):
            yield _diagnostic(values, lost)


def _diagnostic(values: Values, lost: Lost) -> Diagnostic:
    mention, (depth, around) = lost
    segment = mention.fields[depth]
    whole = ".".join((mention.name, *mention.fields[:depth]))
    arrays = around.of_kind("array")
    advice = None
    if not arrays:
        message = f"`{whole}` is {kinds(without_null(around))}: it has no element {segment}"
    elif is_index(segment):
        most = max(shape.most() or 0 for shape in arrays)
        message = f"`{whole}` never has an element {segment}"
        advice = f"it has at most {most}, counted from 0" if most else None
    else:
        message = f"`{whole}` is {kinds(without_null(around))}: it has no field `{segment}`"
        advice = f"its elements are `${whole}.0`, `${whole}.1` and so on"
    return values.flow.diagnose(
        RULE,
        mention,
        message,
        label="leads nowhere",
        help=advice,
        related=declared_here(values, mention, mention.fields[:depth]),
    )
