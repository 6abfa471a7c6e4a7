"""A duration without a unit, with an unknown one, or of no sensible length.

`60` may mean seconds, minutes or milliseconds to different readers, so a duration is a whole number and a unit in one
text: `500ms`, `60s`, `10m`, `2h`, `3d`; at most 365 days.

Bad:

    flow: ping
    steps:
      fetch_page:
        timeout: 60

Good:

    flow: ping
    steps:
      fetch_page:
        timeout: 60s

Write the unit.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL206", "bad-duration")
