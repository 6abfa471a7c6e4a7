"""The file is not UTF-8.

A byte has no meaning of its own: read as another encoding the same file says something else. A byte order mark of
UTF-8 is accepted and not counted; UTF-16 is not.

Bad, the letter e with an acute accent as the single byte E9 (Latin-1); good, the same as the two bytes C3 A9.

Save the file as UTF-8: `iconv -f latin1 -t utf-8 old.yaml > new.yaml`.
"""

from __future__ import annotations

from flowc.diagnostic import Rule

RULE = Rule("FL116", "bad-encoding")
