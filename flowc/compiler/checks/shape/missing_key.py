"""A key without which there is no flow is missing: `flow` or `steps`, or `steps` of a branch.

`flow` is the slug under which the flow is deployed and started, `steps` what it does.

Bad:

    steps:
      fetch_page:

Good:

    flow: ping
    steps:
      fetch_page:

Add the key; the least flow there is has two lines.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL202", "missing-key")
