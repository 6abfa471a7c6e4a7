"""The data of JSON in which nothing is wrong, in a fifth of the time of the scanner that knows all places.

Where anything is to be said of a text, `text/json.py` reads it; what both read is the same, property tests hold them
together.
"""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

from flowc.compiler.text.controls import has_odd_characters
from flowc.compiler.text.reading import DEEPEST
from flowc.compiler.text.scalars import Remark, read_float, read_integer

_Number = TypeVar("_Number", int, float)

# What may be an escape of a NUL, or of half of a surrogate pair.
_UNHOLDABLE = re.compile(r"\\u(?:0000|[Dd][89A-Fa-f])")
# No longer integer is one that JSON readers hold.
_LONGEST = 20


def skim_json(text: str) -> dict[str, Any] | None:
    """The object that a JSON text writes; None if anything could be said of it."""
    if has_odd_characters(text.replace("\r\n", "\n")) or _UNHOLDABLE.search(text):
        return None
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None
    return value if type(value) is dict and _is_shallow(value, DEEPEST) else None


def _is_shallow(value: Any, levels: int) -> bool:
    """Whether a list or mapping has no more levels than that, itself included."""
    inner = value.values() if type(value) is dict else value
    return levels > 0 and all(_is_shallow(each, levels - 1) for each in inner if type(each) in (dict, list))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key is repeated")
    return value


def _integer(text: str) -> int:
    return _unremarkable(read_integer(text, int(text) if len(text) <= _LONGEST else None))


def _float(text: str) -> float:
    return _unremarkable(read_float(text))


def _unremarkable(found: tuple[_Number, Remark | None]) -> _Number:
    value, remark = found
    if remark is not None:
        raise ValueError(remark.message)
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_once, parse_int=_integer, parse_float=_float, parse_constant=_no_constant
)
