"""A comment tells the checker to ignore something that is not there, or that cannot be ignored.

Such a comment hides the next mistake on its line, one that nobody has seen yet. It is `# flowc: ignore[FL404] reason`,
at the end of the line that the report points to, or alone on the line above.

Bad:

    flow: report
    steps:
      website:
      # flowc: ignore[FL404] the order is on purpose
      save:
        with: {text: $website.text}

Good:

    flow: report
    steps:
      website:
      save:
        depends_on: [website]  # flowc: ignore[FL404] the order is on purpose
        with: {text: $website.text}

Take the comment out, or the code that it names. What leaves a flow without a meaning (a key or a step that does not
exist, a cycle) cannot be ignored.
"""

from __future__ import annotations

from flowc.diagnostic import WARNING, Rule

RULE = Rule("FL199", "useless-ignore", WARNING)
