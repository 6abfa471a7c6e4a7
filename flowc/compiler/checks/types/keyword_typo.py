"""A key of a JSON Schema is nearly a keyword, and is none.

JSON Schema passes over keywords that it does not know: the schema is valid, and asks for less than it seems to.

Bad:

    flow: report
    steps:
      website:
        output:
          type: object
          requird: [status]
          properties: {status: {type: integer}}

Good:

    flow: report
    steps:
      website:
        output:
          type: object
          required: [status]
          properties: {status: {type: integer}}

Write the keyword as JSON Schema has it. A key of your own is best begun with `x-`.
"""

from __future__ import annotations

from flowc.diagnostic import WARNING, Rule

RULE = Rule("FL609", "keyword-typo", WARNING)
