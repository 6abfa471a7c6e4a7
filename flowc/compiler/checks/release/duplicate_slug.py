"""Two files have one slug.

A slug names one flow: only one of the two could ever be deployed. Found where a folder is checked.

Another file:

    flow: report
    steps:
      summary:

Bad:

    flow: report
    steps:
      website:

Good:

    flow: report_of_a_page
    steps:
      website:

Give one of them another slug, or remove it.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL903", "duplicate-slug")
