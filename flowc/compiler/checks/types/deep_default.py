"""A `default` stands where it does nothing.

The defaults of the top-level fields of `input` are filled in when a run starts. Any other default, of a field within a
field, of an element, below `$defs`, is a remark for readers: the value stays absent.

Bad:

    flow: report
    input:
      properties:
        url: {type: string}
        options:
          type: object
          properties: {depth: {type: integer, default: 2}}
    steps:
      website:
        with: {url: $input.url, options: $input.options}

Good:

    flow: report
    input:
      properties:
        url: {type: string}
        depth: {type: integer, default: 2}
    steps:
      website:
        with: {url: $input.url, depth: $input.depth}

Move the field to the top level of `input`, give the whole object around it a default, or leave it to the handler.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flowc.compiler.model import Flow
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import WARNING, Diagnostic, Rule

if TYPE_CHECKING:
    from flowc.compiler.document import Path

RULE = Rule("FL608", "deep-default", WARNING)

# Keywords that hold schemas by name, and those that hold one or a list of them; all others hold data.
_BY_NAME = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
_DIRECTLY = frozenset(
    {"additionalProperties", "allOf", "anyOf", "contains", "else", "if", "items", "oneOf", "prefixItems", "then"}
) | {"unevaluatedItems", "unevaluatedProperties"}


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each default of the input that is not that of a top-level field."""
    for path in _defaults(flow.input, ("input",)) if flow.input else ():
        if len(path) != 4 or path[1] != "properties":
            yield flow.document.diagnose(
                RULE,
                path,
                "this default is never filled in",
                label="only those of top-level fields are filled in",
                help="move the field to the top level, or leave the default to the handler",
                key=True,
            )


def _defaults(schema: Any, path: Path) -> Iterator[Path]:
    """The places of all defaults in a schema."""
    if type(schema) is list:
        for index, inner in enumerate(schema):
            yield from _defaults(inner, (*path, index))
    elif type(schema) is dict:
        for keyword, value in schema.items():
            if keyword == "default":
                yield (*path, keyword)
            elif keyword in _BY_NAME and type(value) is dict:
                for name, inner in value.items():
                    yield from _defaults(inner, (*path, keyword, name))
            elif keyword in _DIRECTLY:
                yield from _defaults(value, (*path, keyword))
