"""A value has a YAML tag (`!something`).

Tags ask the reader to build objects of its own language. A flow is plain data: text, numbers, true, false, null,
lists and mappings.

Bad:

    flow: ping
    steps:
      fetch_page:
        with: {depth: !!int "3"}

Good:

    flow: ping
    steps:
      fetch_page:
        with: {depth: 3}

Remove the tag. If the text really begins with `!`, quote it.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL107", "tag")
