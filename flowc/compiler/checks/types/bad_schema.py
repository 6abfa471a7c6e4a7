"""A schema that is not valid JSON Schema 2020-12.

`input` and `output` are JSON Schemas: every value of a run is checked against them, and every reference in the flow. A
schema that says nothing valid would let everything pass, or nothing.

Bad:

    flow: ping
    input: {type: object, properties: {url: {type: strng}}}
    steps:
      fetch_page:

Good:

    flow: ping
    input: {type: object, properties: {url: {type: string}}}
    steps:
      fetch_page:

Mend the keyword that the report names. The types are array, boolean, integer, null, number, object and string.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL601", "bad-schema")
