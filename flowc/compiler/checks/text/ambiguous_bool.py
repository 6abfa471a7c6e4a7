"""`yes`, `no`, `on` or `off` without quotes: a text here, true or false in other tools.

flowc reads YAML 1.2, where only `true` and `false` are booleans. Editors and scripts that read YAML 1.1 see something
else in the same file.

Bad:

    flow: ping
    steps:
      fetch_page:
        with: {follow: yes}

Good:

    flow: ping
    steps:
      fetch_page:
        with: {follow: true}

Write `true` or `false` if a boolean is meant; quote it if the text is meant (`flowc check --fix` quotes it).
"""

from __future__ import annotations

from flowc.diagnostic import WARNING, Rule

RULE = Rule("FL109", "ambiguous-bool", WARNING, fixable=True)
