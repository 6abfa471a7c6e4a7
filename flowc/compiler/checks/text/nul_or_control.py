"""A control character in the text, U+0000 in a value, or half of a surrogate pair.

PostgreSQL cannot hold U+0000 in text or jsonb, and other control characters could fool a terminal or a log that
shows the file. Such bytes mostly come from a paste or from a file that is no text.

Bad:

    flow: ping
    steps:
      fetch_page:
        with: {separator: "a\\0b"}

Good:

    flow: ping
    steps:
      fetch_page:
        with: {separator: "a b"}

Remove the character. Others than U+0000 may be written as an escape in double quotes, e.g. `"\\e"`.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL115", "nul-or-control")
