"""Plainly written lists and mappings in brackets, on one line or on several."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from flowc.compiler.text.skim_texts import DOUBLE, NO_KEYS, SINGLE, NotPlainError, plain_value, quoted_value

# Deeper brackets are left to the parser, which knows how deep a flow may be.
DEEPEST_BRACKETS = 8
NAME = r"[A-Za-z_$][A-Za-z0-9_$.-]{0,99}"
_TOKEN = re.compile(
    rf"""[ ]*(?:
    ([\[\]{{}},])                                   # 1 a bracket, a comma
    | ({NAME}|{DOUBLE}|{SINGLE}):(?=[ ]|\Z)         # 2 a key
    | ({DOUBLE}|{SINGLE})                           # 3 a text in quotes
    | ((?:[^ \t\xa0\-?:,\[\]{{}}#&*!|>'\"%@`]|-(?=[^ \t\-,\[\]{{}}]))
       [^\t:,\[\]{{}}#]*(?::(?=[^ \t,?\[\]{{}}])[^\t:,\[\]{{}}#]*)*)      # 4 a text without them
    | (?<![^ ])\#.*                                 #   a remark
    | (.)                                           # 5 anything else
    )""",
    re.VERBOSE,
)
# What brackets hold most often: names and references, none of them a word with a meaning of its own.
_WORD = r"[A-Za-z$][A-Za-z0-9_.$]*"
_NAMES = re.compile(rf"\[({_WORD}(?:, {_WORD})*)\]")
_PAIRS = re.compile(rf"\{{({NAME}: [A-Za-z0-9$][A-Za-z0-9_.$]*(?:, {NAME}: [A-Za-z0-9$][A-Za-z0-9_.$]*)*)\}}")
_NONE: Any = object()


@lru_cache(maxsize=4096)
def in_brackets(text: str) -> Any:
    """The list or mapping that begins ``text``, the rest of a line; None if it goes on in the next one.

    Equal texts are one object, in one file and in others.

    Raises:
        NotPlainError: it is not plainly written.
    """
    value = _flat(text)
    if value is not None:
        return value
    brackets = Brackets()
    return brackets.value if brackets.take(text) else None


def _flat(text: str) -> Any:
    """A list of names, or a mapping of keys to names and numbers; None for what may be anything else."""
    if found := _NAMES.fullmatch(text):
        names = found[1].split(", ")
        return None if NO_KEYS.intersection(names) else names
    if found := _PAIRS.fullmatch(text):
        pairs = [pair.split(": ") for pair in found[1].split(", ")]
        value = {key: plain_value(word) for key, word in pairs}
        return None if len(value) < len(pairs) or NO_KEYS.intersection(value) else value
    return None


class Brackets:
    """A list or mapping in brackets while it is being read, line by line; ``value`` is what there is of it."""

    def __init__(self) -> None:
        self.value: Any = _NONE
        self._open: list[Any] = []
        self._key: str | None = None
        # Whether a value (or key) comes next, or a comma or closing bracket.
        self._wants_value = True

    def take(self, line: str) -> bool:
        """Read a line; whether it is the last one.

        Raises:
            NotPlainError: it holds something that could mean anything else.
        """
        for mark, key, quoted, plain, odd in _TOKEN.findall(line):
            if odd or (self.value is not _NONE and not self._open and (mark or key or quoted or plain)):
                raise NotPlainError
            if key:
                self._take_key(key)
            elif mark and mark in "[{":
                self._begin([] if mark == "[" else {})
            elif mark:
                self._close_or_go_on(mark)
            elif quoted or plain:
                self._put(quoted_value(quoted) if quoted else plain_value(plain.rstrip(" ")))
                self._wants_value = False
        return not self._open

    def _take_key(self, written: str) -> None:
        key = quoted_value(written) if written[0] in "\"'" else written
        inner = self._open[-1] if self._open else None
        is_new = type(inner) is dict and self._key is None and self._wants_value and key not in inner
        if not is_new or (key in NO_KEYS and key is written):
            raise NotPlainError
        self._key = key

    def _begin(self, value: Any) -> None:
        if len(self._open) >= DEEPEST_BRACKETS:
            raise NotPlainError
        self._put(value)
        self._open.append(value)
        self._wants_value = True

    def _put(self, value: Any) -> None:
        if not self._wants_value:
            raise NotPlainError
        if not self._open:
            self.value = value
            return
        inner = self._open[-1]
        if type(inner) is list:
            inner.append(value)
        elif self._key is None:
            raise NotPlainError
        else:
            inner[self._key] = value
            self._key = None

    def _close_or_go_on(self, mark: str) -> None:
        if self._key is not None:  # `{a: , b: }`
            self._put(None)
            self._wants_value = False
        inner = self._open[-1] if self._open else None
        if inner is None or (self._wants_value and mark == ","):
            raise NotPlainError
        if mark == ",":
            self._wants_value = True
            return
        if (mark == "]") is not (type(inner) is list):
            raise NotPlainError
        self._open.pop()
        self._wants_value = False
