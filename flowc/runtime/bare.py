"""A text without what encoders put between its characters, so that a value is found however it is escaped."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

# JSON in JSON, repr of repr: any number of backslashes.
_CODE = re.compile(
    r"\\+(?:u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\+u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|u(?P<unit>[0-9a-fA-F]{4})|x(?P<byte>[0-9a-fA-F]{2}))"
)
_INDENTED = re.compile(r"\n+[ \t]+")
# What may stand between two characters of a value: backslashes, line breaks with the indentation behind them.
_BETWEEN = r"(?>\\+(?i:u005c|x5c)|\\+[rn][ \t]*|[\r\n]+[ \t]*|\\|%5[cC])*+"


def raw(text: str) -> str:
    """The bytes of a text, as text of as many characters: that is several times quicker to search than bytes."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def bare(text: str) -> str:
    """A raw text without the escapes of JSON, Python and URLs and without line breaks; itself where it has none."""
    if "%" in text:
        text = unquote_to_bytes(text.encode("latin-1")).decode("latin-1")
    if "\\" in text:
        if "\\u" in text or "\\x" in text:
            text = _CODE.sub(_decoded, text)
        text = text.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t").replace("\\", "")
    if "\r" in text:
        text = text.replace("\r", "\n")
    if "\n" in text:
        text = _INDENTED.sub("", text).replace("\n", "")
    return text


def pattern_of(form: str) -> re.Pattern[str]:
    """What finds a text, however it is escaped, in one that is not raw."""
    return re.compile(_BETWEEN.join(_spellings(character) for character in form if character != "\\"))


def _decoded(found: re.Match[str]) -> str:
    if found["byte"]:
        return chr(int(found["byte"], 16))
    if found["unit"]:
        return raw(chr(int(found["unit"], 16)))
    return raw(chr(0x10000 + ((int(found["high"], 16) & 0x3FF) << 10) + (int(found["low"], 16) & 0x3FF)))


def _spellings(character: str) -> str:
    """Of one character, the backslashes before it aside: itself, as bytes of a URL or of Python, as units of JSON."""
    data = character.encode("utf-8", "surrogatepass")
    wide = character.encode("utf-16-be", "surrogatepass")
    units = [wide[start : start + 2].hex() for start in range(0, len(wide), 2)]
    spelt = [re.escape(character), "".join(f"%{byte:02x}" for byte in data)]
    spelt += [r"\\+".join(f"u{unit}" for unit in units), r"\\+".join(f"x{byte:02x}" for byte in data)]
    return f"(?:{spelt[0]}|(?i:{'|'.join(spelt[1:])}){'|t' if character == chr(9) else ''})"
