"""A flow is not in `flowc.lock`, and the check asks that all are: `flowc check --locked`.

What is deployed from here could be edited later without anybody noticing. The check with `--locked` belongs where
releases are made. A line that the lock of `--base` has and this one lacks is reported too: nothing is taken back.

Released:

    flow: report
    steps:
      website:

Bad:

    flow: news
    steps:
      website:

Good:

    flow: report
    steps:
      website:

Run `flowc lock`, and commit `flowc.lock` with the flow.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL907", "not-locked")
