"""A key appears twice in one mapping.

Most readers of YAML keep the last one and say nothing: half of what was written has no effect. flowc reads the first
and refuses the file.

Bad:

    flow: ping
    steps:
      fetch_page:
        timeout: 10s
        queue: slow
        timeout: 20s

Good:

    flow: ping
    steps:
      fetch_page:
        timeout: 20s
        queue: slow

Remove one of the two, or rename it.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL103", "duplicate-key")
