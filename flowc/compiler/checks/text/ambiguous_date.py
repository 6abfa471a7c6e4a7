"""A date or a time stamp without quotes: a text here, a date in other tools.

JSON has no dates, so flowc keeps the text as it is written; a YAML 1.1 reader turns it into an object of its language.

Bad:

    flow: ping
    steps:
      fetch_page:
        with: {since: 2024-01-01}

Good:

    flow: ping
    steps:
      fetch_page:
        with: {since: "2024-01-01"}

Quote it; `flowc check --fix` does.
"""

from __future__ import annotations

from flowc.diagnostic import WARNING, Rule

RULE = Rule("FL111", "ambiguous-date", WARNING, fixable=True)
