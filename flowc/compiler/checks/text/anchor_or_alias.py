"""An anchor (`&name`) or an alias (`*name`) is used.

They make a value change because another place was edited, and a few lines of them can stand for gigabytes. What most
flows share goes into `defaults`.

Bad:

    flow: ping
    steps:
      first: {retry: &often {max_attempts: 9}}
      second: {retry: *often}

Good:

    flow: ping
    defaults: {retry: {max_attempts: 9}}
    steps:
      first:
      second:

Write the value where it is used, or once in `defaults`. If the text really begins with `&` or `*`, quote it.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL105", "anchor-or-alias")
