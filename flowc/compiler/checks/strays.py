"""What is wrong with a mention that is not plainly another step with an output: the affair of one rule each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import TYPE_CHECKING

from flowc.references import INDEX, ITEM

if TYPE_CHECKING:
    from flowc.compiler.model import Flow, Mention

# What may be meant as a slug; `$5.00`, `$(x)` and `${x}` are not.
_LIKE_A_SLUG = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_TEMPLATES = frozenset({"with", "map", "returns"})


class Fault(Enum):
    """Why a mention is a stray."""

    UNKNOWN = auto()
    ITSELF = auto()
    BRANCH = auto()
    UNREADABLE = auto()
    ITEM = auto()
    SECRET = auto()


def strays(flow: Flow, fault: Fault) -> Iterator[Mention]:
    """The mentions of ``flow`` that have this fault."""
    return (mention for mention in flow.strays if _fault(flow, mention) is fault)


def _fault(flow: Flow, mention: Mention) -> Fault:
    if mention.name in flow.steps:
        return Fault.ITSELF if mention.name == mention.owner else Fault.BRANCH
    if mention.key not in _TEMPLATES:
        return Fault.UNKNOWN
    if mention.name in {"secret", "secrets"} or (mention.name == "ctx" and mention.fields[:1] == ("secrets",)):
        return Fault.SECRET
    if mention.name in {ITEM, INDEX}:
        return Fault.ITEM
    return Fault.UNKNOWN if _LIKE_A_SLUG.fullmatch(mention.name) else Fault.UNREADABLE
