"""`with` names an argument that the handler does not take.

Python would refuse the call, every time. Found where the handlers are at hand (`--handlers app.flows:handlers`).

Bad:

    flow: report
    steps:
      website:
        with: {url: "https://example.org", colour: red}

Good:

    flow: report
    steps:
      website:
        with: {url: "https://example.org"}

Handlers:

    def website(url): ...

Write the name as the handler has it, or take the argument out.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.did_you_mean import listing, question
from flowc.compiler.model import Flow
from flowc.compiler.near_names import near
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule

RULE = Rule("FL606", "extra-argument")

# What the runtime itself gives to a handler that asks for it.
_OURS = ("ctx", "tx")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each argument that the handler does not take."""
    if signatures is None:
        return
    for step in flow.steps.values():
        signature = signatures.get(step.handler[0]) if step.handler and step.with_ else None
        if signature is None or signature.keywords or step.with_ is None:
            continue
        taken = [parameter.name for parameter in signature.parameters]
        for name in step.with_:
            if name not in taken:
                free = [other for other in taken if other not in step.with_ and other not in _OURS]
                shown = [other for other in taken if other not in _OURS]
                yield flow.document.diagnose(
                    RULE,
                    (*step.path, "with", name),
                    f"the handler `{step.handler[0]}` takes no `{name}`",
                    label="not among its parameters",
                    help=question(near(name, free)) or (f"it takes {listing(shown)}" if shown else "it takes nothing"),
                    key=True,
                )
