"""A step calls a handler that nobody registered.

The worker would never poll the task, and the run would wait for ever. Found where the handlers are at hand
(`--handlers app.flows:handlers`).

Bad:

    flow: report
    steps:
      website:
        handler: fetch_pge

Good:

    flow: report
    steps:
      website:
        handler: fetch_page

Handlers:

    def fetch_page(): ...

Write the name under which it is registered, or register the callable. A step without `handler` calls the one of its
slug.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flowc.compiler.did_you_mean import listing, question
from flowc.compiler.model import Flow, Step
from flowc.compiler.near_names import near
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule

if TYPE_CHECKING:
    from flowc.compiler.document import Path

RULE = Rule("FL317", "unknown-handler")

# So many names are compared for the unknown ones of a flow, then the reports do without.
_COMPARISONS = 100_000


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each name of a handler that is not among ``signatures``."""
    if signatures is None:
        return
    comparisons = 0
    for step in flow.steps.values():
        for name, path in _named(step):
            if name not in signatures:
                names = near(name, signatures) if comparisons < _COMPARISONS else []
                comparisons += len(signatures)
                yield flow.document.diagnose(
                    RULE,
                    path,
                    f"no handler is registered as `{name}`",
                    label="the slug is its handler's name" if path == step.path else "not registered",
                    help=question(names) or (f"registered: {listing(sorted(signatures))}" if signatures else None),
                    key=path == step.path,
                )


def _named(step: Step) -> list[tuple[str, Path]]:
    """The handlers that a step calls, each with the place that says so; its own slug's where nothing does."""
    written = step.written.get("handler")
    if "handler" not in step.written:
        return [(name, step.path) for name in step.handler]
    path = (*step.path, "handler")
    names = written if type(written) is list else [written]
    places = [(*path, index) for index in range(len(names))] if type(written) is list else [path]
    return [(name, place) for name, place in zip(names, places, strict=True) if type(name) is str]
