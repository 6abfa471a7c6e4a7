"""A released flow is gone: its slug stands in `flowc.lock`, and no flow file has it.

Runs of it may still be going on somewhere, and a database that is set up anew would not know it. Found where a folder
is checked.

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

Restore the file. If nobody starts the flow any more, `flowc lock --retire report` says so, and the file may go.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL902", "released-deleted")
