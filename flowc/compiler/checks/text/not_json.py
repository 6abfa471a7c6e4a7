"""`.nan` or `.inf`: numbers that JSON does not have (`NaN` and `Infinity` in a `*.json` file).

Flows, inputs and outputs are JSON in PostgreSQL; there is no place for such a value.

Bad:

    flow: ping
    steps:
      fetch_page:
        with: {limit: .inf}

Good:

    flow: ping
    steps:
      fetch_page:
        with: {limit: null}

Use null or a number with a meaning of its own; quote it if the text is meant.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL112", "not-json")
