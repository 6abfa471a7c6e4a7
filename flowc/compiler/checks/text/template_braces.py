"""A whole value in template braces, `{{ x }}` or `${{ x }}`.

Other tools put text together with them. flowc has no templates: a value that begins with `$` is a reference and
keeps its JSON type, and computing belongs to handlers. In quotes braces are plain text.

Bad:

    flow: ping
    steps:
      website:
      summary:
        with: {text: {{ website.text }}}

Good:

    flow: ping
    steps:
      website:
      summary:
        with: {text: $website.text}

Write the reference, `$website.text`, `$input.url`, `$item`; quote the braces if they are meant. `flowc check --fix`
rewrites the simple ones.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL119", "template-braces", fixable=True)
