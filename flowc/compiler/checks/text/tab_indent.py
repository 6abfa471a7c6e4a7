"""A tab is used for indentation; YAML needs spaces.

Editors show tabs at widths of their own, so YAML does not let them decide what belongs to what.

Bad:

    flow: ping
    steps:
    \tfetch_page:

Good:

    flow: ping
    steps:
      fetch_page:

Indent with spaces, two for each level; `flowc check --fix` does it.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL102", "tab-indent", fixable=True)
