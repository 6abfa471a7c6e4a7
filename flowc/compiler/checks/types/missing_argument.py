"""`with` leaves out an argument that the handler needs.

`with` gives a handler exactly its arguments, and `ctx` where it asks for it: nothing else arrives, and every call
fails. Found where the handlers are at hand (`--handlers app.flows:handlers`).

Bad:

    flow: report
    steps:
      website:
        with: {depth: 2}

Good:

    flow: report
    steps:
      website:
        with: {depth: 2, url: "https://example.org"}

Handlers:

    def website(url, depth=1): ...

Add the argument, or give the parameter a default.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.model import Flow
from flowc.compiler.near_names import near
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule

RULE = Rule("FL603", "missing-argument")

# What the runtime itself gives to a handler that asks for it.
_ALWAYS = frozenset({"ctx", "tx"})


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each argument that is missing; FL606 speaks of the misspelt ones."""
    if signatures is None:
        return
    for step in flow.steps.values():
        signature = signatures.get(step.handler[0]) if step.handler and step.with_ is not None else None
        if signature is None or step.with_ is None:
            continue
        known = {parameter.name for parameter in signature.parameters}
        misspelt = {meant for name in step.with_ if name not in known for meant in near(name, known)}
        for parameter in signature.parameters:
            name = parameter.name
            if parameter.required and name not in step.with_ and name not in _ALWAYS and name not in misspelt:
                yield flow.document.diagnose(
                    RULE,
                    (*step.path, "with"),
                    f"the handler `{step.handler[0]}` needs `{name}`",
                    label=f"no `{name}`",
                    help=f"add `{name}`, or give the parameter a default in Python",
                    key=True,
                )
