"""Values that a handler might return, drawn at random: what JSON has, at its edges, and now and then what it lacks."""

from __future__ import annotations

import math
import random
import struct
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

Draw = Callable[[random.Random], Any]

INTEGERS = (
    0,
    1,
    -1,
    2**31,
    2**53 - 1,
    2**53,
    2**53 + 1,
    -(2**53),
    2**63 - 1,
    2**63,
    -(2**63) - 1,
    2**64,
    10**22,
    10**400,
)
FLOATS = (
    0.0,
    1.0,
    -1.0,
    0.1,
    1e15,
    1e16,
    1e22,
    1e23,
    -1e300,
    5e-324,
    2.2250738585072014e-308,
    1.7976931348623157e308,
    2.0**53,
    1e-7,
)
TEXTS = (
    "",
    "null",
    "NaN",
    "\\u0000",
    "\\",
    '"',
    "'",
    "\n",
    "\x01\x1f\x7f",
    "\u2028",
    "\ufeff",
    "\uffff",
    "\U0010ffff",
    "a.b",
    "$x",
    "1e5",
    "e" * 300,
)
RANGES = ((0x20, 0x7E), (0x01, 0x1F), (0x80, 0x7FF), (0x800, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x10FFFF))


class Pair(NamedTuple):
    """A tuple by another name."""

    left: Any
    right: Any


@dataclass
class Record:
    """An object in Python's words."""

    first: Any
    second: Any


class Colour(Enum):
    """Text with a name."""

    RED = "red"


class Level(IntEnum):
    """A number with a name."""

    HIGH = 3


class Text(str):
    """A text that is a little more."""


def value(rng: random.Random, levels: int = 4, *, tame: bool = False) -> Any:
    """A value that can be stored; a tame one has JSON's own types alone and integers of 64 bits, as most have."""
    kind = rng.random()
    if levels == 0 or kind < 0.55:
        return rng.getrandbits(63) if tame and kind < 0.1 else scalar(rng, tame)
    if kind < 0.75:
        return [value(rng, levels - 1, tame=tame) for _ in range(rng.randrange(4))]
    if kind < 0.95 or tame:
        return {text(rng): value(rng, levels - 1, tame=tame) for _ in range(rng.randrange(4))}
    if kind < 0.955:
        return deep(rng, rng.randrange(200))
    return rng.choice(CONVERTED)(rng, levels - 1)


def scalar(rng: random.Random, tame: bool = False) -> Any:
    """A number, a text, a boolean or null."""
    draws = (real, real, text, text, lambda _: rng.choice((None, True, False)))
    return rng.choice(draws if tame else (integer, *draws))(rng)


def integer(rng: random.Random) -> int:
    """Small or large; now and then at the limit."""
    return rng.choice((rng.choice(INTEGERS), rng.getrandbits(rng.randrange(1, 300)), -rng.getrandbits(64)))


def real(rng: random.Random) -> float:
    """Any finite float: all bit patterns, those that look like integers, those at the edges."""
    drawn: float = struct.unpack("<d", rng.randbytes(8))[0]
    if not math.isfinite(drawn):
        drawn = 0.0
    return rng.choice((drawn, rng.choice(FLOATS), float(rng.getrandbits(rng.randrange(1, 200))), round(drawn % 1e6, 3)))


def text(rng: random.Random) -> str:
    """Of all planes, or what might be taken for something else; now and then long."""
    if rng.random() < 0.3:
        return rng.choice(TEXTS)
    low, high = rng.choice(RANGES)
    length = rng.randrange(20_000) if rng.random() < 0.001 else rng.randrange(12)
    return "".join(map(chr, rng.choices(range(low, high + 1), k=length)))


def deep(rng: random.Random, levels: int) -> Any:
    """A value at the bottom of many lists and objects."""
    inner = scalar(rng)
    for _ in range(levels):
        inner = [inner] if rng.random() < 0.5 else {"": inner}
    return inner


# What is no JSON, and becomes it in one obvious way.
CONVERTED: tuple[Callable[[random.Random, int], Any], ...] = (
    lambda rng, levels: tuple(value(rng, levels) for _ in range(rng.randrange(3))),
    lambda rng, levels: Pair(value(rng, levels), value(rng, levels)),
    lambda rng, levels: Record(value(rng, levels), value(rng, levels)),
    lambda rng, levels: OrderedDict({text(rng): value(rng, levels)}),
    lambda rng, levels: MappingProxyType({text(rng): value(rng, levels)}),
    lambda rng, levels: rng.choice(
        (
            Colour.RED,
            Level.HIGH,
            Text(text(rng)),
            UUID(int=rng.getrandbits(128)),
            date(2030, 1, 2),
            Decimal("1.50"),
            PurePosixPath("/a/b"),
        )
    ),
)


def _holds_itself(_: random.Random) -> Any:
    ring: list[Any] = []
    ring.append({"again": ring})
    return ring


class Twin(str):
    """A text that is equal to none."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


# What JSON, or PostgreSQL, does not have.
BAD: tuple[Draw, ...] = (
    lambda rng: rng.choice((math.nan, math.inf, -math.inf)),
    lambda rng: text(rng) + "\0" + text(rng),
    lambda rng: text(rng) + chr(rng.randrange(0xD800, 0xE000)),
    lambda rng: {text(rng) + "\0": 1},
    lambda rng: {text(rng) + "\udc00": 1},
    lambda rng: {rng.choice((1, 1.5, None, True, (1,), b"a", Colour.RED)): 1},
    lambda rng: {Twin("a"): 1, "a": 2},
    lambda rng: rng.choice(({1}, frozenset(), 1j, object(), timedelta(1), range(3), int)),
    lambda rng: (n for n in range(3)),
    lambda rng: deep(rng, rng.choice((255, 300, 2_000))),
    lambda rng: 10 ** rng.randrange(4_301, 6_000),
    _holds_itself,
)


def bad_value(rng: random.Random) -> Any:
    """A value that cannot be stored, for something at some place in it."""
    spoiled = rng.choice(BAD)(rng)
    for _ in range(rng.randrange(4)):
        around = value(rng, 1)
        spoiled = [around, spoiled] if rng.random() < 0.5 else {"a": around, "b c": spoiled}
    return spoiled


def as_json(given: Any) -> Any:
    """What the next handler is to get: the types that JSON has; written independently of the encoder."""
    if isinstance(given, Enum):
        return as_json(given.value)
    if isinstance(given, Record):
        return {"first": as_json(given.first), "second": as_json(given.second)}
    if isinstance(given, dict | MappingProxyType):
        return {str(key): as_json(item) for key, item in given.items()}
    if isinstance(given, list | tuple):
        return [as_json(item) for item in given]
    return str(given) if isinstance(given, str | UUID | date | Decimal | PurePosixPath) else given


def same(one: Any, other: Any) -> bool:
    """Equal in value and type at every depth; only the sign of a zero does not count."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)
