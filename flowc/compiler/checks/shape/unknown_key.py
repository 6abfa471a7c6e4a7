"""A key that the format does not know at this place, most often a misspelt one.

The keys are one closed table, so that a slip never turns into a setting without effect.

Bad:

    flow: ping
    steps:
      fetch_page:
        tiemout: 5s

Good:

    flow: ping
    steps:
      fetch_page:
        timeout: 5s

Take the name that the report offers (`flowc check --fix` does where there is only one), or remove the key. Data for
the handler goes into `with`.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL201", "unknown-key", fixable=True)
