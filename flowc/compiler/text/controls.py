"""Characters that a flow file cannot hold: found, and kept away from parsers that stop at them."""

from __future__ import annotations

import re
from itertools import islice

from flowc.compiler.checks.text.nul_or_control import RULE as NUL_OR_CONTROL
from flowc.compiler.source import Source
from flowc.diagnostic import Diagnostic

# What stands for a character that was refused.
REPLACEMENT = "\ufffd"

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_CONTROLS = re.compile(f"{_CONTROL.pattern}+")
# libyaml ends lines at these three, YAML 1.2 does not.
_OLD_LINE_ENDS = re.compile("[\x85\u2028\u2029]")
# More characters than a flow file can hold, none of which means anything to a parser.
_STAND_INS = range(0x10FFFD, 0x10000, -1)
_UNHOLDABLE = re.compile("[\x00\ud800-\udfff]")
_ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_SHOWN = 8
# Carriage returns but for CR LF, control characters, and what libyaml takes for line ends.
# The few that are refused: the class of those that are not takes 15 ms to compile.
_ODD_CHARACTER = "[\x00-\x08\v-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
_ORDINARY = bytes(range(0x20, 0x7F)) + b"\t\n"


def has_odd_characters(text: str) -> bool:
    """Whether a text holds a character that is refused, or that some parser takes for something else."""
    if text.isascii():  # mostly, and then this is ten times as fast
        return bool(text.encode("ascii").translate(None, _ORDINARY))
    return re.search(_ODD_CHARACTER, text) is not None


def without_controls(text: str) -> str:
    """The text with a stand-in for each control character, all others still at their places."""
    return _CONTROL.sub(REPLACEMENT, text)


def parsable(text: str) -> tuple[str, dict[int, str]]:
    """The text as a YAML parser can read it, each character still at its place; and how to get its values back."""
    text = without_controls(text)
    odd = sorted(set(_OLD_LINE_ENDS.findall(text)))
    if not odd:
        return text, {}
    there = set(text)
    free = (code for code in _STAND_INS if chr(code) not in there)
    back = dict(zip(free, odd, strict=False))
    for stand_in, char in back.items():
        text = text.replace(char, chr(stand_in))
    return text, back


def control_mistakes(source: Source) -> list[Diagnostic]:
    """A report on each stretch of control characters, on the first eight at most."""
    mistakes: list[Diagnostic] = []
    for found in islice(_CONTROLS.finditer(source.text), _SHOWN):
        code = f"U+{ord(found[0][0]):04X}"
        message = f"a control character, {code}, in the text"
        help_text = 'remove it; in double quotes it can be written as an escape, e.g. `"\\e"`'
        mistakes.append(source.diagnose(NUL_OR_CONTROL, found.span(), message, help=help_text))
    return mistakes


def is_holdable(text: str) -> bool:
    """Whether PostgreSQL can hold a text: no U+0000, no half of a surrogate pair."""
    return _UNHOLDABLE.search(text) is None


def holdable(text: str) -> str:
    """The text with a stand-in for each character that PostgreSQL cannot hold."""
    return _UNHOLDABLE.sub(REPLACEMENT, text)


def escape_mistakes(source: Source, start: int, end: int) -> list[Diagnostic]:
    """Reports on the escapes between two offsets that write what PostgreSQL cannot hold."""
    mistakes = []
    escapes = list(_ESCAPE.finditer(source.text, start, end))
    codes = [_code(escape[0]) for escape in escapes]
    for i, (escape, code) in enumerate(zip(escapes, codes, strict=True)):
        if code is None or not (code == 0 or 0xD800 <= code <= 0xDFFF):
            continue
        if _is_pair(escapes, codes, i) or (i and _is_pair(escapes, codes, i - 1)):
            continue
        what = "half of a surrogate pair" if code else "U+0000"
        message = f"PostgreSQL cannot hold {what}"
        mistakes.append(source.diagnose(NUL_OR_CONTROL, escape.span(), message, help="remove the escape"))
    return mistakes


def _code(escape: str) -> int | None:
    if escape == "\\0":
        return 0
    return int(escape[2:], 16) if escape[1] in "xuU" and len(escape) > 2 else None


def _is_pair(escapes: list[re.Match[str]], codes: list[int | None], i: int) -> bool:
    """Whether the escape ``i`` and the one right after it are the two halves of one character."""
    if i + 1 >= len(codes) or escapes[i].end() != escapes[i + 1].start():
        return False
    high, low = codes[i], codes[i + 1]
    return high is not None and low is not None and 0xD800 <= high <= 0xDBFF and 0xDC00 <= low <= 0xDFFF
