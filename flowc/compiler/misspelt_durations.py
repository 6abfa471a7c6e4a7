"""Durations that are none: what is wrong with them, and what they most likely mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flowc.compiler.checks.shape.bad_duration import RULE as BAD_DURATION
from flowc.compiler.checks.shape.out_of_range import RULE as OUT_OF_RANGE
from flowc.compiler.checks.shape.wrong_type import RULE as WRONG_TYPE
from flowc.compiler.complaint import Complaint, got
from flowc.compiler.durations import UNITS, milliseconds

if TYPE_CHECKING:
    from fractions import Fraction

LONGEST = 365 * UNITS["d"]

_EXAMPLES = "a whole number and a unit: `500ms`, `60s`, `10m`, `2h`, `3d`"
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]+)")
_ISO = re.compile(r"P(?:([0-9]+)D)?(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)S)?)?", re.IGNORECASE)
_CLOCK = re.compile(r"([0-9]{1,3}):([0-9]{2}):([0-9]{2})")
_SPELT = {
    "ms": "ms msec msecs milli millis millisecond milliseconds",
    "s": "s sec secs second seconds",
    "m": "m min mins minute minutes",
    "h": "h hr hrs hour hours",
    "d": "d day days",
}
_UNIT_OF = {spelt: unit for unit, names in _SPELT.items() for spelt in names.split()}


def check_duration(key: str, value: Any, least: int = 0) -> tuple[Complaint, ...]:
    """What is wrong with the duration at ``key``, which is to have at least ``least`` ms; mostly nothing."""
    if type(value) is not str:
        return (_no_text(key, value),)
    try:
        found = milliseconds(value)
    except ValueError:
        return (_no_duration(value),)
    if found > LONGEST:
        return (Complaint(BAD_DURATION, f"`{value}` is too long; at most 365 days"),)
    if found < least:
        return (Complaint(OUT_OF_RANGE, f"`{key}` is more than 0"),)
    return ()


def _no_text(key: str, value: Any) -> Complaint:
    if type(value) not in (int, float):
        return Complaint(WRONG_TYPE, f"`{key}` takes a duration, got {got(value)}", help=_EXAMPLES)
    if value < 0:
        return Complaint(BAD_DURATION, f"`{value}`: a duration is not negative", help=_EXAMPLES)
    from fractions import Fraction

    meant = f"{value}s" if type(value) is int else _written(Fraction(str(value)) * UNITS["s"])
    advice = f"write `{meant}` if seconds are meant" if meant else _EXAMPLES
    return Complaint(BAD_DURATION, f"`{value}` has no unit", label=f"{value} what?", help=advice)


def _no_duration(text: str) -> Complaint:
    if text.strip().startswith("-"):
        return Complaint(BAD_DURATION, f"`{text}`: a duration is not negative", help=_EXAMPLES)
    if text.strip().isdecimal() and len(text) <= 40:
        return Complaint(
            BAD_DURATION,
            f"`{text}` has no unit",
            label=f"{text} what?",
            help=f"write `{text.strip()}s` if seconds are meant",
        )
    meant = _meant(text)
    shown = text if len(text) <= 40 else f"{text[:40]}…"
    return Complaint(BAD_DURATION, f"`{shown}` is no duration", help=f"write `{meant}`" if meant else _EXAMPLES)


def _meant(text: str) -> str | None:
    """What a duration of another spelling means, e.g. `90m` for `1h 30min`; None if that cannot be told."""
    text = text.strip()
    if len(text) > 40 or not text.isascii():
        return None
    iso, clock = _ISO.fullmatch(text), _CLOCK.fullmatch(text)
    if iso and any(iso.groups()):
        parts = [(amount or "0", unit) for amount, unit in zip(iso.groups(), "dhms", strict=True)]
    elif clock:
        parts = list(zip(clock.groups(), "hms", strict=True))
    else:
        parts = [(amount, _UNIT_OF.get(unit.lower(), "")) for amount, unit in _PART.findall(text)]
        if _PART.sub("", text).strip(" ,") or not all(unit for _, unit in parts):
            return None
    from fractions import Fraction

    return _written(sum((Fraction(amount) * UNITS[unit] for amount, unit in parts), Fraction(0)))


def _written(amount: Fraction) -> str | None:
    """A number of milliseconds in the largest unit that holds it whole."""
    if amount.denominator != 1 or amount <= 0 or amount > LONGEST:
        return None
    whole = int(amount)
    for unit, size in sorted(UNITS.items(), key=lambda pair: -pair[1]):
        if whole % size == 0:
            return f"{whole // size}{unit}"
    return None
