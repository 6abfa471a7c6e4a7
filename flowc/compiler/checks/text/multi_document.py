"""The file holds more than one YAML document, parted by `---`.

One file is one flow: its name, its digest and its history belong together. Only the first document is read.

Bad:

    flow: ping
    steps: {fetch_page: }
    ---
    flow: pong
    steps: {fetch_page: }

Good:

    flow: ping
    steps: {fetch_page: }

Move each further flow to a file of its own.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL104", "multi-document")
