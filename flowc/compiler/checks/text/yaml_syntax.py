"""The text is not YAML (or, in a `*.json` file, not JSON), so nothing in it can be read.

Nothing after the mistake is checked until it is mended. The most frequent slips: a value that holds `: ` or ` #`,
or begins with one of `@ % & * ! | > ' " [ {`, without quotes; a quote or a bracket that is never closed; a line
that is indented too little or too much.

Bad:

    flow: ping
    description: Note: this is two colons in one line
    steps:
      fetch_page:

Good:

    flow: ping
    description: "Note: this is two colons in one line"
    steps:
      fetch_page:

Put quotes around the value, or mend the place that the caret shows.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL101", "yaml-syntax")
