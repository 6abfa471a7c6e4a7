"""Text for terminals: what moves a cursor, breaks a line or turns the direction of writing is escaped as in JSON."""

from __future__ import annotations

import re
from typing import Final

# Controls but tab and line end, DEL and the second set of controls, line separators, and what turns the direction.
_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def escaped(text: str) -> str:
    """``text`` in which nothing speaks to a terminal: an escape is the six characters ``\\u001b``.

    JSON means the same afterwards, since such characters stand in its strings only.
    """
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
