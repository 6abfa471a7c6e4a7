"""What the readers of YAML and of JSON have in common: their result, and how deep and large a text may be."""

from __future__ import annotations

from typing import Any, NamedTuple

from flowc.compiler.document import Node, Span
from flowc.diagnostic import Diagnostic

DEEPEST = 64
LARGEST = 1 << 20


class Reading(NamedTuple):
    """What was read: a value and its places; ``root`` is None where the text holds nothing, or nothing can be read."""

    value: Any
    root: Node | None
    mistakes: list[Diagnostic]
    spoilt: list[Span]
