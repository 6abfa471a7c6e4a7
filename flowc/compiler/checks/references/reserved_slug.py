"""A slug is a word that means something else: in references, among the parameters of handlers, or in Python.

`$input`, `$item` and `$index` would not reach the step, and a handler could not take its output as a parameter of that
name.

Bad:

    flow: report
    steps:
      input:

Good:

    flow: report
    steps:
      read_input:

Choose another slug.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterator

from flowc.compiler.model import Flow
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule

RULE = Rule("FL312", "reserved-slug")

_RESERVED_FOR = {
    "input": "the run's input",
    "item": "the element of a map",
    "index": "the number of a map's element",
    "ctx": "the context that a handler may ask for",
    "tx": "the transaction that a handler may ask for",
    "secret": "secrets, which are no values of a flow",
    "previous": "the result that a list of handlers passes on",
}


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each reserved slug."""
    for step in flow.steps.values():
        if step.slug in _RESERVED_FOR or keyword.iskeyword(step.slug):
            yield flow.document.diagnose(RULE, step.path, _message(step.slug), label="choose another slug", key=True)
    if flow.flow in _RESERVED_FOR or keyword.iskeyword(flow.flow):
        yield flow.document.diagnose(RULE, ("flow",), _message(flow.flow), label="choose another slug")


def _message(slug: str) -> str:
    return f"`{slug}` is reserved for {_RESERVED_FOR.get(slug, 'Python, whose keyword it is')}"
