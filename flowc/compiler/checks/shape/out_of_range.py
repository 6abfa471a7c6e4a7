"""A number, or a text, outside of what the key takes.

`max_attempts` counts all tries, the first included, so it is at least 1 and at most 100; `jitter` is a share from 0 to
1; `priority` goes from -100 to 100; `max_parallel` is at least 1; a name of a queue, handler or secret is not empty.

Bad:

    flow: ping
    steps:
      fetch_page:
        retry: {max_attempts: 0}

Good:

    flow: ping
    steps:
      fetch_page:
        retry: {max_attempts: 1}

Write a value within the range that the report names.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL208", "out-of-range")
