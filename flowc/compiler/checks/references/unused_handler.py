"""A handler is registered, and no flow calls it.

Either it is left over, or a step that should call it goes by another name. Found where a folder is checked with the
handlers at hand (`--handlers app.flows:handlers`).

Bad:

    flow: report
    steps:
      website:

Good:

    flow: report
    steps:
      website:
      summary:
        with: {text: $website.text}

Handlers:

    def website(): ...
    def summary(text): ...

Call it, or do not register it. Where several folders of flows share their handlers, check them together.
"""

from __future__ import annotations

from flowc.diagnostic import WARNING, Rule

RULE = Rule("FL319", "unused-handler", WARNING)
