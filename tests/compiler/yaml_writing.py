"""YAML as people write it: the same value in ever other styles, for property tests."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from hypothesis import strategies as st

_WORDS = [
    "text",
    "a b",
    "http://x/y",
    "true",
    "null",
    "5",
    "-5",
    "1.5",
    "yes",
    "",
    " x ",
    "x: y",
    "x #y",
    "- x",
    "$a.b",
    "é☃",
]
_KEYS = ["a", "b", "status", "$ref", "x-y", "a.b", "with", "1", "true", "on", "a b", "é", ""]

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(_WORDS)
    | st.text(max_size=12)
    | st.sampled_from(["one\ntwo\n", "one\n\n  two", "\n", "one\ntwo\n\n", "tab\there"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_KEYS) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


def written(value: Any, random: Any) -> str:
    """A YAML text of ``value``, a mapping; all choices of style are ``random``'s."""
    return "\n".join(_block(value, 0, random)) + "\n"


def _block(value: Any, indent: int, random: Random) -> list[str]:
    lines = []
    for entry in value.items() if isinstance(value, dict) else value:
        key, inner = entry if isinstance(value, dict) else (None, entry)
        head = " " * indent + ("-" if key is None else f"{_scalar(key, random, key=True)}:")
        if random.random() < 0.1:
            lines.append(random.choice(["", " " * indent + "# remark", "# remark"]))
        if isinstance(inner, (dict, list)) and inner and random.random() < 0.7:
            shift = indent if key is not None and isinstance(inner, list) and random.random() < 0.3 else indent + 2
            lines += [head, *_block(inner, shift, random)]
        elif isinstance(inner, str) and _fits_block(inner) and random.random() < 0.5:
            lines += [
                f"{head} {_header(inner)}",
                *(f"{' ' * (indent + 2)}{line}" for line in inner.rstrip("\n").split("\n")),
            ]
        elif inner is None and random.random() < 0.5:
            lines.append(head)
        else:
            lines.append(f"{head} {_flow(inner, random)}{random.choice(['', '', ' # remark', ' '])}")
    return lines


def _fits_block(text: str) -> bool:
    lines = text.rstrip("\n").split("\n")
    return (
        text.isprintable() is False
        and text[:1] not in (" ", "\n", "\t", "")
        and all(line.isprintable() for line in lines)
        and text.count("\n") - text.rstrip("\n").count("\n") <= 1
    )


def _header(text: str) -> str:
    return "|" if text.endswith("\n") else "|-"


def _flow(value: Any, random: Random) -> str:
    space = random.choice(["", "", " "])
    if isinstance(value, dict):
        entries = (f"{_scalar(key, random, key=True)}: {_flow(inner, random)}" for key, inner in value.items())
        return f"{{{space}{', '.join(entries)}{space}}}"
    if isinstance(value, list):
        return f"[{space}{', '.join(_flow(inner, random) for inner in value)}{space}]"
    return _scalar(value, random)


def _scalar(value: Any, random: Random, key: bool = False) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    words = (
        value.replace("/", "")
        .replace(":", "")
        .replace(".", "")
        .replace("_", "")
        .replace("-", "")
        .replace("$", "")
        .split(" ")
    )
    is_plain = (
        value.strip() == value and all(word.isalnum() and word.isascii() for word in words) and value[0].isalpha()
    )
    if is_plain and ": " not in value and not value.endswith(":") and _means_text(value) and random.random() < 0.7:
        return value
    if random.random() < 0.3 and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return (
        json.dumps(value, ensure_ascii=random.random() < 0.5 and not key)
        if value.isascii()
        else json.dumps(value, ensure_ascii=False)
    )


def _means_text(value: str) -> bool:
    return value.lower() not in {"true", "false", "null", "yes", "no", "on", "off"}
