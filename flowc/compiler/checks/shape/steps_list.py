"""`steps` is a list; it is a mapping from slug to step.

Order in the file decides nothing: `depends_on` and references do. The slug is the key under which a step's state and
output are kept.

Bad:

    flow: ping
    steps:
      - fetch_page
      - save_to_db

Good:

    flow: ping
    steps:
      fetch_page:
      save_to_db: {depends_on: [fetch_page]}

Write `slug:` in place of `- slug`; `flowc check --fix` does it for lists of names.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL205", "steps-list", fixable=True)
