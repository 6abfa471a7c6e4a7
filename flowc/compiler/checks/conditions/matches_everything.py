"""An empty object or list within a pattern matches every object, or every array.

Containment asks only for what the pattern has: `{}` and `[]` have nothing, so that all they tell is the kind of what is
there. `{tags: []}` does not mean "no tags".

Bad:

    flow: report
    steps:
      website:
      untagged:
        run_if: {website: {tags: []}}

Good:

    flow: report
    steps:
      website:
      untagged:
        run_if: {website: {has_tags: false}}

Ask for something that only the runs in question have; to wait for a step that completed, `depends_on` is enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flowc.compiler.checks.patterns import Trouble, findings, written_patterns
from flowc.compiler.checks.values import values_of
from flowc.compiler.model import Flow
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import WARNING, Diagnostic, Rule
from flowc.references import INPUT

if TYPE_CHECKING:
    from flowc.compiler.document import Path

RULE = Rule("FL510", "matches-everything", WARNING)


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each empty part of a pattern; the pattern itself aside."""
    found = [
        empty
        for step in flow.steps.values()
        if step.run_if or step.run_unless
        for path, pattern in written_patterns(step)
        for empty in _empty({name: asked for name, asked in pattern.items() if _has_output(flow, name)}, path)
    ]
    if not found:
        return
    troubles = findings(values_of(flow, signatures), Trouble.FIELD, Trouble.KIND, Trouble.VALUE)
    hopeless = {trouble.path for trouble in troubles}
    for path, value in found:
        if path not in hopeless:
            yield flow.document.diagnose(
                RULE,
                path,
                f"this matches every {'object' if type(value) is dict else 'array'}",
                label="asks for nothing",
                help="ask for something that is there only when it should match",
            )


def _has_output(flow: Flow, name: str) -> bool:
    """Whether a name of a pattern can be asked at all; where not, that is reported."""
    return name == INPUT or (name in flow.steps and flow.steps[name].kind != "branch")


def _empty(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    for key, inner in value.items() if type(value) is dict else enumerate(value):
        if type(inner) is dict or type(inner) is list:
            if inner:
                yield from _empty(inner, (*path, key))
            else:
                yield (*path, key), inner
