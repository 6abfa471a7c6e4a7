"""Durations as authors write them: a whole number and a unit."""

from __future__ import annotations

import re
from functools import lru_cache

UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}

_DURATION = re.compile(r"([0-9]+)(ms|s|m|h|d)")


@lru_cache(maxsize=1024)
def milliseconds(text: str) -> int:
    """The duration ``text`` (``500ms 60s 10m 2h 3d``) in milliseconds.

    Raises:
        ValueError: the text is no duration.
    """
    found = _DURATION.fullmatch(text)
    if found is None or len(text) > 20:
        raise ValueError(text)
    return int(found[1]) * UNITS[found[2]]
