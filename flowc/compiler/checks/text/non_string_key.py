"""A key is not a text: a number, true, false, null, a list or a mapping.

A flow becomes JSON, and there keys are always text; `1` and `"1"` would fall together without a word.

Bad:

    flow: ping
    steps:
      fetch_page:
        with: {labels: {1: one}}

Good:

    flow: ping
    steps:
      fetch_page:
        with: {labels: {"1": one}}

Quote the key.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL108", "non-string-key")
