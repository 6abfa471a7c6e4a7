"""A schema refers to another one outside of the repository.

Nothing is ever fetched: the meaning of a flow would change with somebody else's server, and its digest would not.

Bad:

    flow: ping
    input: {$ref: "https://example.com/page.schema.json"}
    steps:
      fetch_page:

Good:

    flow: ping
    input:
      $ref: "#/$defs/page"
      $defs:
        page: {type: object, properties: {url: {type: string}}}
    steps:
      fetch_page:

Copy the schema below `$defs`.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL607", "remote-ref")
