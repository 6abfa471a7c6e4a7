"""`steps` has no steps in it.

A flow or a branch without steps does nothing, and who depends on the branch would wait for nothing. Mostly the steps
below are indented too little.

Bad:

    flow: ping
    steps:
      website:
      if_success:
        run_if: {website: {status: 200}}
        steps: {}

Good:

    flow: ping
    steps:
      website:
      if_success:
        run_if: {website: {status: 200}}
        steps:
          summary:

Add a step, or remove the branch.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL209", "empty-branch")
