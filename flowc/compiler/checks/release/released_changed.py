"""A released flow means something else than it did.

A slug that stands in `flowc.lock` means one flow for ever: runs that have started go on with the old one, and a
database that knows it refuses another. What differs is said in the words of the flow; comments, order, layout and
descriptions are no difference.

Released:

    flow: report
    steps:
      website:

Bad:

    flow: report
    steps:
      website:
        timeout: 5m

Good:

    flow: report
    description: Fetch the page.
    steps:
      website: # no retries of its own

Take the change back, or give the flow its next slug: `flowc bump flows/report.yaml` copies it to `report_v2`; then
restore the old file. With `--base origin/main` the lock of that commit counts too, so that a lock edited together
with its flow is found.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL901", "released-changed")
