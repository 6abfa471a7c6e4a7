"""The leak guard: finds the values of secrets in what is about to be stored, and masks them in what is told."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from threading import Lock
from typing import Final

import orjson

from flowc.runtime.bare import bare, pattern_of, raw
from flowc.runtime.forms import SHORTEST, forms_of

MASK: Final = "***"
_pattern = cache(pattern_of)


class Guard:
    """Knows secrets by their values and looks for them, in all their forms, in outputs and texts.

    It learns a value when a flow names it and again when a handler reads it, so that one that was exchanged meanwhile
    is known too; what it learned it never forgets. Threads share it: each change is one assignment.
    """

    __slots__ = ("_in_bare", "_in_bytes", "_in_json", "_in_text", "_learning", "known")

    def __init__(self) -> None:
        # Names and values, in the order in which they were learned: whoever tells others remembers how far it was.
        self.known: list[tuple[str, str]] = []
        self._learning = Lock()
        # The name by the form, the longest form first.
        self._in_text: dict[str, str] = {}
        self._in_json: dict[str, str] = {}
        self._in_bytes: dict[str, str] = {}
        # The plainest form by what is left of it without escapes, with its name.
        self._in_bare: dict[str, tuple[str, str]] = {}

    @property
    def knows_any(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self._in_text)

    def learn(self, name: str, value: str) -> None:
        """Look for this value from now on; one of fewer than six characters is not looked for."""
        if (name, value) in self.known:
            return
        with self._learning:
            self.known.append((name, value))
            forms = {**self._in_text, **{form: name for form in forms_of(value) if form not in self._in_text}}
            longest_first = sorted(forms, key=lambda form: (-len(form), form))
            self._in_bare = _bare_forms({form: forms[form] for form in longest_first})
            self._in_json = {_json(form): forms[form] for form in longest_first}
            self._in_bytes = {raw(form): forms[form] for form in longest_first}
            self._in_text = {form: forms[form] for form in longest_first}

    def found_in_json(self, output: bytes) -> str | None:
        """The name of a secret that a JSON text holds; None if it holds none."""
        return self._found(self._in_json, output)

    def found_in_bytes(self, content: bytes) -> str | None:
        """The name of a secret that some bytes hold, e.g. those of a file; None if they hold none."""
        return self._found(self._in_bytes, content)

    def mask(self, text: str) -> str:
        """The text with every value that it holds, in whatever form, replaced by ``***``."""
        forms = self._in_text
        if not forms:
            return text
        text = mask(text, forms)
        plain = bare(before := raw(text))
        if plain is not before:
            for needle, (_, form) in self._in_bare.items():
                if needle in plain:
                    masked = _pattern(form).sub(MASK, text)
                    # Where it stands cannot be told: nothing of the text is.
                    text = MASK if masked == text else masked
        return text

    def unfinished(self, text: str) -> int:
        """How many characters at the end of a text may be the beginning of a value, whose end is still to come."""
        forms = self._in_text
        longest = max(map(len, forms), default=1) - 1
        beginnings = {form[0] for form in forms}
        tail = text[-longest:] if longest else ""
        for start, character in enumerate(tail):
            if character in beginnings and any(form.startswith(tail[start:]) for form in forms):
                return len(tail) - start
        return 0

    def _found(self, needles: dict[str, str], content: bytes) -> str | None:
        if not needles:
            return None
        text = content.decode("latin-1")
        found = _first(needles, text)
        if found is None and (plain := bare(text)) is not text:
            found = next((name for needle, (name, _) in self._in_bare.items() if needle in plain), None)
        return found


def mask(text: str, values: Iterable[str]) -> str:
    """``text`` with each of ``values`` replaced by ``***``, in their order."""
    for value in values:
        if value in text:
            text = text.replace(value, MASK)
    return text


def _first(needles: dict[str, str], text: str) -> str | None:
    return next((name for needle, name in needles.items() if needle in text), None)


def _bare_forms(names: dict[str, str]) -> dict[str, tuple[str, str]]:
    """By what is left of each form without its escapes: whose it is, and the plainest form of which that is left."""
    found: dict[str, tuple[str, str]] = {}
    for form, name in names.items():  # the longest, most escaped ones first
        if len(plain := bare(raw(form))) >= SHORTEST:
            found[plain] = name, form
    return found


def _json(form: str) -> str:
    """A form as it stands within a string of JSON."""
    try:
        return orjson.dumps(form)[1:-1].decode("latin-1")
    except orjson.JSONEncodeError:  # half of a surrogate pair, which no output can hold
        return raw(form)
