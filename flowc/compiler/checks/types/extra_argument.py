"""`with` names an argument that the handler does not take, or that the worker gives it.

Python would refuse the call, every time; and `ctx` and `tx` are the worker's, whatever `with` says of them. Found where
the handlers are at hand (`--handlers app.flows:handlers`).

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
from flowc.compiler.model import Flow, Step
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
        named = [parameter.name for parameter in signature.parameters]
        taken = [name for name in named if name not in _OURS]
        for name in step.with_:
            if name not in taken:
                yield _diagnostic(flow, step, name, taken, is_ours=name in named)


def _diagnostic(flow: Flow, step: Step, name: str, taken: list[str], *, is_ours: bool) -> Diagnostic:
    handler = step.handler[0]
    free = [other for other in taken if other not in (step.with_ or ())]
    advice = question(near(name, free)) or (f"it takes {listing(taken)}" if taken else "it takes nothing")
    return flow.document.diagnose(
        RULE,
        (*step.path, "with", name),
        f"`{name}` of the handler `{handler}` is given by the worker"
        if is_ours
        else f"the handler `{handler}` takes no `{name}`",
        label="passed over" if is_ours else "not among its parameters",
        help="take it out, or give the value another name" if is_ours else advice,
        key=True,
    )
