"""A value that is none of those the key offers.

Read as the default it would change what runs, without a word.

Bad:

    flow: ping
    steps:
      website:
      summary: {depends_on: [website], join: al}

Good:

    flow: ping
    steps:
      website:
      summary: {depends_on: [website], join: all}

`join` is all, any, none or settled; `on_failure` is fail or skip; `on_unmet` is skip or fail.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL207", "bad-choice")
