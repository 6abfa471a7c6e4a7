"""A handler has a parameter that nothing in the flow provides.

Without `with`, a handler is called with what its parameters name: the steps that its step waits for (its branches'
too), `input`, `ctx`, and in a map `item` and `index`. For a parameter without default that is none of these, every call
fails. Found where the handlers are at hand (`--handlers app.flows:handlers`).

Bad:

    flow: report
    steps:
      website:
      summary:
        depends_on: [website]

Good:

    flow: report
    input:
      properties: {depth: {type: integer}}
    steps:
      website:
      summary:
        with: {website: $website, depth: $input.depth}

Handlers:

    def website(): ...
    def summary(website, depth): ...

Give the handler its arguments by `with`, wait for the step that is meant, or give the parameter a default.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.did_you_mean import question
from flowc.compiler.model import Flow, Step
from flowc.compiler.near_names import near
from flowc.compiler.signatures import Signature, Signatures
from flowc.diagnostic import Diagnostic, Rule
from flowc.references import INDEX, INPUT, ITEM

RULE = Rule("FL318", "parameter-without-source")

# What the runtime itself gives to a handler that asks for it.
_ALWAYS = frozenset({"ctx", "tx"})


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each parameter that stays without a value."""
    if signatures is None:
        return
    for step in flow.steps.values():
        for number, name in enumerate(step.handler):
            signature = signatures.get(name)
            if signature is not None and (number > 0 or "with" not in step.written):
                yield from _of(flow, step, number, signature)


def _of(flow: Flow, step: Step, number: int, signature: Signature) -> Iterator[Diagnostic]:
    required = [parameter.name for parameter in signature.parameters if parameter.required]
    provided = _ALWAYS | ({"previous"} if number else _provided(flow, step))
    missing = [name for name in required if name not in provided]
    if not missing or (not number and _has_unknown(flow, step)):
        return
    written = step.written.get("handler")
    path = step.path if written is None else (*step.path, "handler", *((number,) if type(written) is list else ()))
    for name in missing:
        yield flow.document.diagnose(
            RULE,
            path,
            f"nothing provides `{name}`, which the handler `{step.handler[number]}` needs",
            label=f"called with {'the result before it' if number else 'what its parameters name'}",
            help=_advice(flow, name, provided) if not number else "only the first handler of a list takes arguments",
            key=written is None,
        )


def _provided(flow: Flow, step: Step) -> frozenset[str]:
    """What a handler may name without `with`, what it may always name aside."""
    slugs = {slug for holder in (step, *flow.branches_of(step)) for slug in (*holder.joins, *holder.conditions)}
    values = {slug for slug in slugs if slug in flow.steps and flow.steps[slug].kind != "branch"}
    return frozenset({*values, INPUT, *((ITEM, INDEX) if step.kind == "map" else ())})


def _has_unknown(flow: Flow, step: Step) -> bool:
    """Whether a name that nobody knows, and that is reported, may be what is missing."""
    holders = (step, *flow.branches_of(step))
    return any(mention.name not in flow.steps and mention.name != INPUT for one in holders for mention in one.mentions)


def _advice(flow: Flow, name: str, provided: frozenset[str]) -> str:
    declared = (flow.input or {}).get("properties")
    if type(declared) is dict and name in declared:
        return f"write `with: {{{name}: $input.{name}}}`, and the other arguments beside it"
    if name in flow.steps and flow.steps[name].kind != "branch":
        return f"`{name}` is a step: name it in `depends_on`, or in `with`"
    names = near(name, provided)
    return question(names) or "give it a value in `with`, or a default in Python"
