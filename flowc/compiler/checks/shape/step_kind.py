"""A key that exists, on a step of a kind that does not have it.

A step with `steps` is a branch: it runs nothing itself, so it has no handler, timeout or retry. `max_parallel` is for a
step with `map`, for there alone are several tasks.

Bad:

    flow: ping
    steps:
      if_success:
        handler: fetch_page
        steps:
          summary:

Good:

    flow: ping
    steps:
      if_success:
        steps:
          fetch_page:
          summary:

Move the key to the step it is meant for, or remove it. What every step shares goes into `defaults`.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL204", "step-kind")
