"""The flow declares a field of its input that no step reads.

Either it is left over, or a step forgot it. A handler that is called without `with` may take the whole input: then
nothing is reported, unless the handlers are at hand (`--handlers`) and none of them does.

Bad:

    flow: report
    input:
      properties: {url: {type: string}, depth: {type: integer}}
    steps:
      website:
        with: {url: $input.url}

Good:

    flow: report
    input:
      properties: {url: {type: string}, depth: {type: integer}}
    steps:
      website:
        with: {url: $input.url, depth: $input.depth}

Use the field, or take it out of `input`.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.compiler.model import Flow, Step
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import WARNING, Diagnostic, Rule
from flowc.references import INPUT

RULE = Rule("FL320", "unused-input", WARNING)


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each top-level property of the input that is read nowhere."""
    declared = (flow.input or {}).get("properties")
    if type(declared) is not dict or not declared or not flow.steps or not flow.whole:
        return
    read = _read(flow)
    # A name that nobody declares is reported, and may be the one that seems unread.
    unread = [] if read is None or not read.issubset(declared) else [name for name in declared if name not in read]
    if unread and not any(_may_take_it(step, signatures) for step in flow.steps.values()):
        for name in unread:
            yield flow.document.diagnose(
                RULE,
                ("input", "properties", name),
                f"no step reads `input.{name}`",
                label="declared, and used nowhere",
                help="use it, or take it out",
                key=True,
            )


def _read(flow: Flow) -> set[str] | None:
    """The fields of the input that references and conditions name; None where one takes the whole."""
    names: set[str] = set()
    for mention in flow.inputs:
        if mention.in_condition:
            names.update(_fields_of_pattern(flow, mention.path))
        elif not mention.fields:
            return None
        else:
            names.add(mention.fields[0])
    return names


def _fields_of_pattern(flow: Flow, path: tuple[str | int, ...]) -> list[str]:
    pattern = flow.document.value
    for key in path:
        pattern = pattern[key]
    return list(pattern) if type(pattern) is dict else []


def _may_take_it(step: Step, signatures: Signatures) -> bool:
    """Whether the step's handler may be called with the whole input."""
    if step.kind == "branch" or "with" in step.written:
        return False
    signature = signatures.get(step.handler[0]) if signatures is not None and step.handler else None
    return signature is None or signature.keywords or signature.parameter(INPUT) is not None
