"""`with` gives a handler a value whose type it does not take.

The parameter's annotation says what it takes; this value is none of that in any run. Found where the handlers are at
hand (`--handlers app.flows:handlers`).

Bad:

    flow: report
    steps:
      website:
        with: {url: 5}

Good:

    flow: report
    steps:
      website:
        with: {url: "https://example.org"}

Handlers:

    def website(url: str): ...

Write a value of the parameter's type, or change the annotation.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.checks.arguments import Misfit, misfits
from flowc.compiler.checks.values import values_of
from flowc.compiler.model import Flow
from flowc.compiler.schema.wording import described, kind_word, literal
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule
from flowc.references import is_reference

RULE = Rule("FL602", "argument-type")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each literal that is none of what its parameter takes."""
    if signatures is None:
        return
    for misfit in values_of(flow, signatures).once(misfits):
        if not is_reference(misfit.given):
            argument = misfit.argument
            yield flow.document.diagnose(
                RULE,
                misfit.path,
                f"the handler `{argument.handler}` takes {described(misfit.wanted)} as `{_name(misfit)}`",
                label=_found(misfit),
                help=_lacking(misfit),
            )


def _name(misfit: Misfit) -> str:
    depth = len(misfit.argument.path)
    return ".".join((misfit.argument.parameter, *map(str, misfit.path[depth:])))


def _found(misfit: Misfit) -> str:
    given = misfit.given
    if type(given) is dict or type(given) is list:
        return f"got {kind_word(given)}"
    return f"got {'null' if given is None else literal(given)}"


def _lacking(misfit: Misfit) -> str | None:
    """What an object lacks or has too much."""
    shapes = misfit.wanted.of_kind("object")
    if type(misfit.given) is not dict or len(shapes) != 1:
        return None
    lacking = sorted(name for name in shapes[0].required() if name not in misfit.given)
    if lacking:
        return f"add `{lacking[0]}`"
    extra = [name for name in misfit.given if not shapes[0].field(name).shapes]
    return f"take `{extra[0]}` out" if extra else None
