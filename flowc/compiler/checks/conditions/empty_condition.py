"""A condition is empty: it is never met, or always.

A list is true when some pattern of it matches, so that `[]` never is; the pattern `{}` asks for nothing and matches in
every run. Neither decides anything.

Bad:

    flow: report
    steps:
      website:
      save:
        depends_on: [website]
        run_if: {}

Good:

    flow: report
    steps:
      website:
      save:
        depends_on: [website]
        run_if: {website: {status: 200}}

Write what must be true, or take the key out.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.model import Flow, Step
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule

RULE = Rule("FL504", "empty-condition")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each condition, or pattern in a list of them, that is empty."""
    for step in flow.steps.values():
        for key in ("run_if", "run_unless"):
            if key in step.written:
                yield from _of(flow, step, key)


def _of(flow: Flow, step: Step, key: str) -> Iterator[Diagnostic]:
    written = step.written[key]
    path = (*step.path, key)
    if written == []:
        outcome = "never" if key == "run_if" else "always"
        yield flow.document.diagnose(
            RULE,
            path,
            f"an empty list never matches: `{step.slug}` {outcome} runs",
            label="no pattern",
            help=f"write a pattern, or leave `{key}` out",
        )
    patterns = [(path, written)] if type(written) is dict else []
    if type(written) is list:
        patterns = [((*path, index), pattern) for index, pattern in enumerate(written)]
    for place, pattern in patterns:
        if pattern == {}:
            outcome = "always" if key == "run_if" else "never"
            yield flow.document.diagnose(
                RULE,
                place,
                f"an empty pattern matches in every run: `{step.slug}` {outcome} runs",
                label="asks for nothing",
                help=f"write what must match, or leave `{key}` out",
            )
