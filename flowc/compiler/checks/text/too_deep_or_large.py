"""The file is larger than 1 MiB, or its values are nested deeper than 64 levels.

It is refused before it is read, so that no file can use up the checker's memory or stack. Flows of 10,000 steps fit.

Bad:

    flow: ping
    steps:
      fetch_page:
        with:
          x: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1
            ]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]

Good:

    flow: ping
    steps:
      fetch_page:
        with: {x: [1]}

Keep data out of flows: a handler can read a large value from a file or a table.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL117", "too-deep-or-large")
