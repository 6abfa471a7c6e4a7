"""An integer beyond 2^53-1 (9007199254740991), or a number too large for a double.

Many JSON readers, JavaScript's among them, hold numbers as doubles and would change its last digits without a word.

Bad:

    flow: ping
    steps:
      fetch_page:
        with: {account: 123456789012345678901234567890}

Good:

    flow: ping
    steps:
      fetch_page:
        with: {account: "123456789012345678901234567890"}

Make it a string.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL113", "integer-range")
