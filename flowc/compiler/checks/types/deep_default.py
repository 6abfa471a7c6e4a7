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

from flowc.compiler.model import Flow
from flowc.compiler.schema.keywords import schemas_in
from flowc.compiler.signatures import Signatures
from flowc.diagnostic import WARNING, Diagnostic, Rule

RULE = Rule("FL608", "deep-default", WARNING)


def check(flow: Flow, signatures: Signatures) -> Iterator[Diagnostic]:
    """A diagnostic for each default of the input that is not that of a top-level field."""
    for path, schema in schemas_in(flow.input, ("input",)) if flow.input else ():
        if "default" in schema and (len(path) != 3 or path[1] != "properties"):
            yield flow.document.diagnose(
                RULE,
                (*path, "default"),
                "this default is never filled in",
                label="only those of top-level fields are filled in",
                help="move the field to the top level, or leave the default to the handler",
                key=True,
            )
