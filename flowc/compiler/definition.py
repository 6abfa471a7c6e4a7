"""The identity of a flow: its slug, its canonical form and the digest of that."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

# Without digits and signs, what is left of a float in JSON is a dot or an `e` after a colon, a comma or a bracket.
_FLOATS = bytes.maketrans(b",[", b"::")
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_ENCODER = json.JSONEncoder(ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Definition:
    """What a slug means for ever: ``text`` is the canonical JSON of ``body``, ``digest`` the SHA-256 of ``text``."""

    slug: str
    digest: str
    body: dict[str, Any]
    text: str


def define(body: dict[str, Any]) -> Definition:
    """The definition whose canonical form is that of ``body``; the slug is its ``flow``."""
    text = canonical_text(body)
    return Definition(body["flow"], digest_of(text), body, text)


def digest_of(text: str) -> str:
    """The digest of a canonical form: ``fc1:`` and the hexadecimal SHA-256 of its bytes."""
    return "fc1:" + sha256(text.encode("ascii")).hexdigest()


def canonical_text(value: Any) -> str:
    r"""The one spelling of a JSON value, in ASCII.

    Keys are sorted by code point, nothing is spaced, integers stand as written, floats as Python's repr; whatever is
    a control, non-ASCII or ``$`` character is written ``\uXXXX``, so that it can be quoted with dollars in SQL.
    """
    try:
        fast = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # an integer beyond 64 bits, or half of a surrogate pair
        fast = b"\xff"
    text = _ENCODER.encode(value) if _may_differ(fast) else fast.decode("ascii")
    return text.replace("$", "\\u0024")


def _may_differ(fast: bytes) -> bool:
    """Whether the fast encoder, ten times as fast as the exact one, may have written other bytes.

    Of floats it does where either of them writes an exponent: for those the exact one is asked that are very small or
    have many digits. What looks like such a float within a text costs time and no more.
    """
    if not fast.isascii() or b"\x7f" in fast:
        return True
    bare = b":" + fast.translate(_FLOATS, b"0123456789-")
    if b":e" in bare or b":.e" in bare:
        return True
    return b":." in bare and (b"0.0000" in fast or b"0" * 16 in fast.translate(_DIGITS))
