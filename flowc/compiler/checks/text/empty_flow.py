"""The file holds no flow: it is empty, or a list, or a single value.

A flow file is a mapping with `flow:` (its slug) and `steps:` in it.

Bad:

    - fetch_page
    - save_to_db

Good:

    flow: ping
    steps:
      fetch_page:
      save_to_db: {depends_on: [fetch_page]}

Begin with `flow: <slug>` and `steps:`; `flowc init` writes a first one.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL118", "empty-flow")
