"""Plain (unquoted) scalars by the core schema of YAML 1.2, and what other tools would read instead."""

from __future__ import annotations

import re
from typing import NamedTuple

from flowc.compiler.checks.text.ambiguous_bool import RULE as AMBIGUOUS_BOOL
from flowc.compiler.checks.text.ambiguous_date import RULE as AMBIGUOUS_DATE
from flowc.compiler.checks.text.ambiguous_number import RULE as AMBIGUOUS_NUMBER
from flowc.compiler.checks.text.integer_range import RULE as INTEGER_RANGE
from flowc.compiler.checks.text.not_json import RULE as NOT_JSON
from flowc.diagnostic import Rule

Scalar = str | int | float | bool | None

# The texts that mean no text, as YAML 1.2 spells them.
WORDS: dict[str, bool | None] = {
    **dict.fromkeys(["", "~", "null", "Null", "NULL"], None),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
}
# YAML 1.1 has more booleans. `y` and `n` are left alone: hardly a tool reads them so, and people name axes by them.
OLD_BOOLEANS = frozenset(
    spelt for word in ("yes", "no", "on", "off") for spelt in (word, word.capitalize(), word.upper())
)
# A plain scalar that begins otherwise, and is none of the words above, is a text in every YAML.
NUMBER_BEGINS = frozenset("0123456789+-.")
LARGEST = 2**53 - 1

_DECIMAL = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")

_OLD_BINARY = re.compile(r"[-+]?0b[01_]+")
_OLD_OCTAL = re.compile(r"[-+]?0[0-7]+")
_OLD_SIXTIES = re.compile(r"[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+")
_OLD_NUMBER = re.compile(
    r"[-+]?(?:0[0-7_]+|0x[0-9a-fA-F_]+|[1-9][0-9_]*"
    r"|[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*|[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)"
)
_OLD_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?"
    r"(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::?[0-9]{2})?))?"
)


class Remark(NamedTuple):
    """What a report says of a scalar; ``instead`` is the text that --fix puts in its place."""

    rule: Rule
    message: str
    help: str
    instead: str | None = None


def read_plain(text: str) -> tuple[Scalar, Remark | None]:
    """The value of a plain scalar, and what is to be said of it; None for a number that JSON cannot hold."""
    if text in WORDS:
        return WORDS[text], None
    if text[0] in NUMBER_BEGINS:
        return _read_number(text)
    if text in OLD_BOOLEANS:
        message = f"`{text}` is read as the string {_quoted(text)}; other tools read a boolean"
        boolean = "true" if text.casefold() in {"yes", "on"} else "false"
        return text, Remark(AMBIGUOUS_BOOL, message, f"quote it, or write `{boolean}`", _quoted(text))
    return text, None


def read_integer(text: str, value: int | None) -> tuple[int, Remark | None]:
    """An integer that JSON readers hold exactly, and the remark where they would not.

    ``value`` is None where the text is too long to be converted; the integer is 0 then.
    """
    if value is not None and -LARGEST <= value <= LARGEST:
        return value, None
    shown = text if len(text) <= 40 else f"{text[:20]}…"
    return value or 0, Remark(INTEGER_RANGE, f"`{shown}` is beyond 2^53-1", "make it a string: quote it")


def read_float(text: str) -> tuple[float, Remark | None]:
    """A number with a point or an exponent, and the remark where it is too large for a double; 0.0 then."""
    value = float(text)
    if abs(value) == float("inf"):
        shown = text if len(text) <= 40 else f"{text[:20]}…"
        return 0.0, Remark(INTEGER_RANGE, f"`{shown}` is beyond what a double holds", "make it a string: quote it")
    return value, None


def not_a_number(text: str) -> Remark:
    """The remark on a spelling of NaN or infinity."""
    meant = "NaN" if "nan" in text.casefold() else "infinity"
    return Remark(NOT_JSON, f"`{text}`: JSON has no {meant}", "use null or a number; quote it if the text is meant")


def _read_number(text: str) -> tuple[Scalar, Remark | None]:
    if _DECIMAL.fullmatch(text):
        return _read_decimal(text)
    if _OCTAL.fullmatch(text) or _HEXADECIMAL.fullmatch(text):
        return read_integer(text, int(text, 0) if len(text) < 100 else None)
    if _FLOAT.fullmatch(text):
        return read_float(text)
    if _INFINITE.fullmatch(text):
        return None, not_a_number(text)
    if _OLD_DATE.fullmatch(text):
        message = f"`{text}` is a string here and a date elsewhere"
        return text, Remark(AMBIGUOUS_DATE, message, "quote it", _quoted(text))
    elsewhere = _elsewhere(text)
    if elsewhere is None:
        return text, None
    message = f"`{text}` is a string here and {elsewhere} elsewhere"
    return text, Remark(AMBIGUOUS_NUMBER, message, "quote it, or write the plain number", _quoted(text))


def _read_decimal(text: str) -> tuple[int, Remark | None]:
    value, remark = read_integer(text, int(text) if len(text) < 100 else None)
    digits = text.lstrip("+-")
    if remark is None and digits[0] == "0" and value != 0:
        elsewhere = f"{int(text, 8)}" if _OLD_OCTAL.fullmatch(text) else "a string"
        remark = Remark(
            AMBIGUOUS_NUMBER,
            f"`{text}` is {value} here and {elsewhere} elsewhere",
            f"write `{value}` or quote it",
            str(value),
        )
    return value, remark


def _elsewhere(text: str) -> str | None:
    """The number that YAML 1.1 reads where YAML 1.2 reads a text; None where it reads a text too."""
    if len(text) > 40:
        return None
    digits = text.replace("_", "")
    if _OLD_BINARY.fullmatch(text):
        return str(int(digits, 2)) if digits[-1] != "b" else None
    if _OLD_SIXTIES.fullmatch(text):
        value = 0
        for part in digits.lstrip("+-").split(":"):
            value = value * 60 + int(part)
        return f"{'-' if text[0] == '-' else ''}{value}"
    if _OLD_NUMBER.fullmatch(text):
        return digits if digits.lstrip("+-")[0] != "0" and _FLOAT.fullmatch(digits) else "a number"
    return None


def _quoted(text: str) -> str:
    return f'"{text}"'
