"""A condition asks for a value of another type than the one that is declared.

Patterns compare JSON: the text `"200"` is not the number 200, an object is no array. By what the step's `output`, its
handler's annotations or the flow's `input` declare, this pattern never matches.

Bad:

    flow: report
    steps:
      website:
        output:
          properties: {status: {type: integer}}
      summary:
        run_if: {website: {status: "200"}}

Good:

    flow: report
    steps:
      website:
        output:
          properties: {status: {type: integer}}
      summary:
        run_if: {website: {status: 200}}

Write the value as the declared type has it, or mend the schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flowc.compiler.checks.declared import declared_here
from flowc.compiler.checks.patterns import Trouble, findings
from flowc.compiler.checks.values import values_of
from flowc.compiler.model import Flow
from flowc.compiler.schema.types import Type, accepts
from flowc.compiler.schema.wording import kind_word, kinds
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule

RULE = Rule("FL502", "never-true")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each value of a pattern that has another type than what it is compared with."""
    values = values_of(flow, signatures)
    for found in findings(values, Trouble.KIND):
        yield flow.document.diagnose(
            RULE,
            found.path,
            f"`{found.name}` is {kinds(found.type) if found.type.shapes else 'never there'}, "
            f"the pattern has {kind_word(found.pattern)}",
            label="never matches",
            help=_advice(found.type, found.pattern),
            related=declared_here(values, found.mention, tuple(map(str, found.fields))),
        )


def _advice(one: Type, pattern: Any) -> str | None:
    """The same value in the type that is declared."""
    if type(pattern) is str:
        try:
            meant = json.loads(pattern)
        except ValueError:
            return None
        return f"write `{pattern}` without quotes" if type(meant) is not dict and accepts(one, meant) else None
    if type(pattern) in (int, float, bool):
        text = json.dumps(pattern)
        return f'write `"{text}"`' if accepts(one, text) else None
    return None
