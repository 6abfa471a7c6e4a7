"""A value begins with a dollar and is no reference, or a reference stands where none is read.

A reference is `$name.key.0`: a slug, `input`, `item` or `index`, and a path below it without empty segments. Patterns
of `run_if` and `run_unless` hold plain values: a reference in one would be compared as the text it is.

Bad:

    flow: shop
    steps:
      charge:
        with: {price: $5.00}

Good:

    flow: shop
    steps:
      charge:
        with: {price: $$5.00}

For a literal dollar write two. To compare two values, do it in a handler and test its result.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flowc.compiler.checks.strays import Fault, strays
from flowc.compiler.model import Flow, Step
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule
from flowc.references import INPUT, is_reference, parse_reference

if TYPE_CHECKING:
    from flowc.compiler.document import Path

RULE = Rule("FL310", "bad-reference")

# `$step[0]` and `${step}`, as other tools write them.
_INDEX = re.compile(r"\[(\d+)\]")
_BRACKETS = str.maketrans("", "", "{}()")


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each text that looks like a reference and is none."""
    for mention in strays(flow, Fault.UNREADABLE):
        if not flow.document.is_spoilt(mention.path):
            yield flow.diagnose(
                RULE,
                mention,
                f"`{mention.text}` is no reference",
                label="begins with a dollar",
                help=_advice(flow, mention.text),
            )
    for step in flow.steps.values():
        if step.conditions or step.run_if or step.run_unless:
            yield from _in_conditions(flow, step)


def _advice(flow: Flow, text: str) -> str:
    """The reference that is nearly written, where it names something; else how to write the text."""
    meant = _INDEX.sub(r".\1", text.translate(_BRACKETS)).replace("..", ".").rstrip(".")
    return f"write `{meant}`" if _names_something(flow, meant) else f"for a literal dollar write `${text}`"


def _in_conditions(flow: Flow, step: Step) -> Iterator[Diagnostic]:
    for key in ("run_if", "run_unless"):
        for path, text in _texts(step.written.get(key), (*step.path, key)):
            if _names_something(flow, text):
                yield flow.document.diagnose(
                    RULE,
                    path,
                    f"`{text}` is no reference here: a pattern holds plain values",
                    label="compared as the text that it is",
                    help="compare in a handler, and test its result",
                )


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """The texts at any depth of a pattern that begin with one dollar."""
    if type(value) is dict:
        for key, inner in value.items():
            yield from _texts(inner, (*path, key))
    elif type(value) is list:
        for index, inner in enumerate(value):
            yield from _texts(inner, (*path, index))
    elif is_reference(value):
        yield path, value


def _names_something(flow: Flow, text: str) -> bool:
    try:
        name = parse_reference(text).name
    except ValueError:
        return False
    return name == INPUT or name in flow.steps
