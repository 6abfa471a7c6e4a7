"""A reference gives a handler a value whose type it does not take.

What the reference stands for is declared by a step's `output`, a handler's annotations or the flow's `input`, what is
taken by the parameter's annotation; no value is both. Found where the handlers are at hand (`--handlers
app.flows:handlers`).

Bad:

    flow: report
    steps:
      summary:
        output:
          required: [text]
          properties: {text: {type: string}}
      shorten:
        with: {limit: $summary.text}

Good:

    flow: report
    steps:
      summary:
        output:
          required: [text]
          properties: {text: {type: string}}
      shorten:
        with: {text: $summary.text}

Handlers:

    def summary(): ...
    def shorten(text: str = "", limit: int = 100): ...

Refer to the value that is meant, or mend the schema or the annotation that is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.checks.arguments import PREVIOUS, Misfit, as_mention, misfits
from flowc.compiler.checks.declared import declared_here
from flowc.compiler.checks.values import Values, values_of
from flowc.compiler.model import Flow
from flowc.compiler.schema.wording import described, without_null
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule
from flowc.references import is_reference

RULE = Rule("FL604", "reference-type")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each reference to what its parameter never takes."""
    if signatures is None:
        return
    values = values_of(flow, signatures)
    for misfit in values.once(misfits):
        if is_reference(misfit.given):
            yield from _of(values, misfit)


def _of(values: Values, misfit: Misfit) -> Iterator[Diagnostic]:
    argument = misfit.argument
    mention = as_mention(argument, misfit.given, misfit.path)
    if mention is None or (argument.got is None and values.follow(mention).nowhere is not None):
        return  # that it leads nowhere is reported already
    what = "what the handler before returns" if argument.got is not None else f"`{misfit.given[1:]}`"
    name = ".".join((argument.parameter, *map(str, misfit.path[len(argument.path) :])))
    if argument.parameter == PREVIOUS:
        name = PREVIOUS
    yield values.flow.document.diagnose(
        RULE,
        misfit.path,
        f"{what} is {described(without_null(misfit.got))}, "
        f"`{name}` of `{argument.handler}` takes {described(misfit.wanted)}",
        label="never fits",
        related=declared_here(values, mention, mention.fields),
        key=argument.on_key and misfit.path == argument.path,
    )
