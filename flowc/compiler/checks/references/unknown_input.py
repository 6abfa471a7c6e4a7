"""A reference or a condition names a field that the flow's `input` does not declare.

It would be null in every run, or the condition never met. Where `input` allows fields that it does not list
(`additionalProperties: true`, or a schema made of others by `anyOf` and the like), nothing is reported.

Bad:

    flow: report
    input:
      properties: {url: {type: string}}
    steps:
      website:
        with: {url: $input.ulr}

Good:

    flow: report
    input:
      properties: {url: {type: string}}
    steps:
      website:
        with: {url: $input.url}

Write the name as `input` declares it, or declare the field.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowc.compiler.did_you_mean import listing, near, question
from flowc.compiler.model import Flow, Mention
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import Diagnostic, Rule
from flowc.references import INPUT

RULE = Rule("FL305", "unknown-input")

# A schema with one of these may allow more than its `properties` list.
_OPEN = frozenset(
    {"$ref", "$dynamicRef", "additionalProperties", "allOf", "anyOf", "if", "oneOf", "patternProperties"}
) | {"unevaluatedProperties", "dependentSchemas"}


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each field of the input that nobody declared."""
    if not flow.input:
        return
    declared: set[tuple[str, ...]] = set()
    for mention in flow.inputs:
        if mention.in_condition:
            yield from _in_pattern(flow, mention)
        elif mention.fields not in declared:
            depth = _undeclared(flow.input, mention.fields)
            if depth is None:
                declared.add(mention.fields)
            else:
                yield _diagnostic(flow, mention, mention.fields[: depth + 1])


def _in_pattern(flow: Flow, mention: Mention) -> Iterator[Diagnostic]:
    """The same for the fields of a pattern, each at its own place."""
    pattern: Any = flow.document.value
    for key in mention.path:
        pattern = pattern[key]
    waiting: list[tuple[tuple[str, ...], Any]] = [((), pattern)]
    for fields, value in waiting:
        if fields and _undeclared(flow.input, fields) is not None:
            yield _diagnostic(flow, mention._replace(path=(*mention.path, *fields)), fields)
        elif type(value) is dict:
            waiting += [((*fields, name), inner) for name, inner in value.items()]


def _undeclared(schema: Any, fields: tuple[str, ...]) -> int | None:
    """The place of the first of ``fields`` that ``schema`` surely does not declare."""
    for depth, name in enumerate(fields):
        properties = _properties(schema)
        if properties is None:
            return None
        if name not in properties:
            return depth
        schema = properties[name]
    return None


def _properties(schema: Any) -> dict[str, Any] | None:
    """The properties of a schema that allows no others; None for any other schema."""
    if type(schema) is not dict or type(schema.get("properties")) is not dict:
        return None
    is_open = any(key in _OPEN and schema[key] is not False for key in schema)
    return None if is_open else schema["properties"]


def _diagnostic(flow: Flow, mention: Mention, fields: tuple[str, ...]) -> Diagnostic:
    schema: Any = flow.input
    place: tuple[str, ...] = ("input",)
    for name in fields[:-1]:
        schema = schema["properties"][name]
        place = (*place, "properties", name)
    declared = list(schema["properties"])
    whole = ".".join((INPUT, *fields[:-1]))
    related = flow.document.related(place, f"declared here: {listing(declared) or 'nothing'}")
    return flow.diagnose(
        RULE,
        mention,
        f"`{whole}` has no field `{fields[-1]}`",
        label=f"not in the schema of `{whole}`",
        help=question(near(fields[-1], declared)),
        related=(related,),
    )
