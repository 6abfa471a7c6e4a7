"""The merge key `<<` is used; YAML 1.2 knows no such key.

What it merges depends on the reader, and positions and digests would point to keys that stand somewhere else.

Bad:

    flow: ping
    steps:
      first:
        <<: {timeout: 5s}
        queue: slow

Good:

    flow: ping
    steps:
      first:
        timeout: 5s
        queue: slow

Write the keys out, or put what every step shares into `defaults`.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL106", "merge-key")
