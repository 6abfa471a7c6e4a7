"""How wide a text is, without the fonts of whoever looks at it: as wide as in the widest usual sans-serif ones."""

from __future__ import annotations

import unicodedata

# In hundredths of the size of type; measured in DejaVu Sans, to which Verdana is alike and all others are narrower.
_WIDTHS = {
    28: "'ijl",
    30: "IJ",
    33: " ,.",
    34: "/:;\\|",
    36: "f-",
    40: "()[]t!",
    41: "r",
    48: '"',
    50: "*_`",
    53: "sz?",
    56: "cL",
    58: "Fk",
    60: "vxyP",
    62: "TYaoe",
    64: "ESbdghnpqu$0123456789{}",
    68: "KAV",
    70: "BRXZC",
    75: "UHN",
    79: "DG&OQ",
    84: "w#+<=>^~",
    87: "M",
    100: "%mW@",
}
_OF_CHARACTER = {character: width for width, characters in _WIDTHS.items() for character in characters}
_OTHER, _WIDE, _PICTURE = 84, 104, 140
_MARKS = {"Mn", "Me"}
_FIRST_PICTURE = "\U0001f000"


def text_width(text: str, size: int) -> int:
    """The width of one line at a size of type, both in pixels: what it needs at most, rounded up."""
    return -(-sum(map(_hundredths, text)) * size // 100)


def columns(text: str) -> int:
    """The width of one line in columns of a terminal."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.category(c) in _MARKS else 2 if _is_wide(c) else 1 for c in text)


def _hundredths(character: str) -> int:
    known = _OF_CHARACTER.get(character)
    if known is not None:
        return known
    if character >= _FIRST_PICTURE:
        return _PICTURE
    return _WIDE if _is_wide(character) or unicodedata.category(character) == "So" else _OTHER


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in {"W", "F"}
