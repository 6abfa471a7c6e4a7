"""A value that may be missing arrives at a parameter that takes no null.

Under `join: any` (or `settled`, or `none`) a step runs although some of what it waits for was skipped; what such a step
would have given is null. A null that the parameter's annotation refuses fails the task, without retry. Found where the
handlers are at hand (`--handlers app.flows:handlers`).

Bad:

    flow: report
    steps:
      website:
      summary:
        run_if: {website: {status: 200}}
      save:
        depends_on: [website]
        join: any
        with: {summary: $summary}

Good:

    flow: report
    steps:
      website:
      summary:
        run_if: {website: {status: 200}}
      save:
        depends_on: [website]
        with: {summary: $summary}

Handlers:

    def website(): ...
    def summary(website): ...
    def save(summary: str): ...

Wait for all of the steps whose output is needed, or let the parameter take null (`summary: str | None`).
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.checks.arguments import Part, as_mention, references_given
from flowc.compiler.checks.presence import Absence, absence_of
from flowc.compiler.checks.values import values_of
from flowc.compiler.model import Flow
from flowc.compiler.schema.types import accepts
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Related, Rule

RULE = Rule("FL306", "maybe-skipped")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each argument that is null in some run and must not be."""
    if signatures is None:
        return
    for part in references_given(values_of(flow, signatures)):
        if accepts(part.wanted, None):
            continue
        mention = as_mention(part.argument, part.given, part.path)
        absence = absence_of(flow, part.argument.step.slug, mention.name) if mention is not None else None
        if mention is not None and absence is not None and mention.name in flow.steps:
            yield _diagnostic(flow, part, mention.name, absence)


def _diagnostic(flow: Flow, part: Part, name: str, absence: Absence) -> Diagnostic:
    return flow.document.diagnose(
        RULE,
        part.path,
        f"`{name}` may be null here, and `{part.name}` of `{part.argument.handler}` takes no null",
        label=f"null where `{name}` did not complete",
        help=f"let `{part.name}` take null, or run only where `{name}` completed",
        related=(_why(flow, absence, name),),
        key=part.on_key,
    )


def _why(flow: Flow, absence: Absence, name: str) -> Related:
    step, key = absence
    words = {
        "run_if": f"`{step.slug}` is skipped where this does not match",
        "run_unless": f"`{step.slug}` is skipped where this matches",
        "on_failure": f"`{step.slug}` is skipped where it fails",
        "join": f"`{step.slug}` is skipped where one of these completed",
    }[key]
    path = (*step.path, key) if key in step.written else step.path
    return flow.document.related(path, words, key=key not in ("run_if", "run_unless"))
