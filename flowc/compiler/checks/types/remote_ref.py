"""A schema refers to another one outside of the repository.

Nothing is ever fetched, and no file beyond the repository is read: the meaning of a flow would change with somebody
else's server or machine.

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

Copy the schema below `$defs`, or into a JSON or YAML file of the repository: `$ref: ../schemas/page.json` or
`$ref: "page.yaml#/$defs/link"`, relative to the file that says so. What such a file says becomes part of the
definition: a released flow whose schema file changed is a changed flow. The repository is the nearest folder above
with `.git`, else with pyproject.toml, else the flow's own folder; links must not lead out of it either.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL607", "remote-ref")
