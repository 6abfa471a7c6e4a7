"""Text of an author made safe to print: nothing in it moves a cursor, breaks a line or speaks to a CI runner."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_TAB = 4
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def visible(text: str) -> str:
    """``text`` on one line, every control, format and surrogate character replaced by one that is merely seen.

    Each character stays one character. ``##[`` begins a command of GitHub's runner anywhere in a line, and does not
    survive either.
    """
    if not text.isprintable():
        text = "".join(_seen(character) for character in text)
    return text.replace("##[", "##⟦")


def columns(text: str) -> tuple[Sequence[str], Sequence[int]]:
    """Each character of ``text`` as it is shown, tabs expanded, and the display column in which it begins.

    The columns have one more entry than ``text`` has characters: the column after the last one.
    """
    if text.isascii() and text.isprintable():  # nearly every line of nearly every flow
        return visible(text), range(len(text) + 1)
    shown: list[str] = []
    places = [0]
    for character, seen in zip(text, visible(text.replace("\t", " ")), strict=True):
        width = _TAB - places[-1] % _TAB if character == "\t" else _width(seen)
        shown.append(" " * width if character == "\t" else seen)
        places.append(places[-1] + width)
    return shown, places


def _seen(character: str) -> str:
    if unicodedata.category(character) not in _UNSEEN:
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "\ufffd"


def _width(character: str) -> int:
    if character.isascii():
        return 1
    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
