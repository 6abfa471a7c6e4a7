"""A number in a spelling that tools read in different ways: `010`, `1_000`, `22:30`, `0b11`.

YAML 1.1 reads these as 8, 1000, 1350 and 3; YAML 1.2, and flowc, as the number 10 and as the texts `1_000`, `22:30`
and `0b11`.

Bad:

    flow: ping
    steps:
      fetch_page:
        with: {limit: 010, at: 22:30}

Good:

    flow: ping
    steps:
      fetch_page:
        with: {limit: 10, at: "22:30"}

Write the plain number, or quote the text. `flowc check --fix` keeps what flowc reads.
"""

from __future__ import annotations

from flowc.diagnostic import WARNING, Rule

RULE = Rule("FL110", "ambiguous-number", WARNING, fixable=True)
