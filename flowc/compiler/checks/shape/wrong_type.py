"""A value of another type than the key takes.

It is refused rather than converted: what a value means must not depend on how somebody's YAML library reads it.

Bad:

    flow: ping
    steps:
      fetch_page:
        handler: 5

Good:

    flow: ping
    steps:
      fetch_page:
        handler: fetch_page

Write a value of the type that the report names. A number that is meant as text needs quotes.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL203", "wrong-type")
