"""The leak guard: finds the values of secrets in what is about to be stored, and masks them in what is told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from threading import Lock
from typing import Final

import orjson

from flowc.runtime.forms import forms_of

MASK: Final = "***"
_LINE_ENDS = re.compile(r"[\r\n]+")


class Guard:
    """Knows secrets by their values and looks for them, in all their forms, in outputs and texts.

    It learns a value when a flow names it and again when a handler reads it, so that one that was exchanged meanwhile
    is known too; what it learned it never forgets. Threads share it: each change is one assignment.
    """

    __slots__ = ("_in_bytes", "_in_json", "_in_text", "_learning", "known")

    def __init__(self) -> None:
        # Names and values, in the order in which they were learned: whoever tells others remembers how far it was.
        self.known: list[tuple[str, str]] = []
        self._learning = Lock()
        # The name by the form, the longest form first.
        self._in_text: dict[str, str] = {}
        # Bytes are searched as text of as many characters: that is several times quicker than to search bytes.
        self._in_json: dict[str, str] = {}
        self._in_bytes: dict[str, str] = {}

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
            self._in_text = {form: forms[form] for form in sorted(forms, key=lambda form: (-len(form), form))}
            self._in_json = {_json(form): name for form, name in self._in_text.items()}
            self._in_bytes = {_raw(form): name for form, name in self._in_text.items()}

    def found_in_json(self, output: bytes) -> str | None:
        """The name of a secret that a JSON text holds; None if it holds none."""
        needles = self._in_json
        if not needles:
            return None
        text = output.decode("latin-1")
        found = _first(needles, text)
        if found is None and "\\n" in text:  # encoders break long lines
            return _first(needles, text.replace("\\r", "").replace("\\n", ""))
        return found

    def found_in_bytes(self, content: bytes) -> str | None:
        """The name of a secret that some bytes hold, e.g. those of a file; None if they hold none."""
        needles = self._in_bytes
        if not needles:
            return None
        text = content.decode("latin-1")
        found = _first(needles, text)
        if found is None and "\n" in text:
            return _first(needles, text.replace("\r", "").replace("\n", ""))
        return found

    def mask(self, text: str) -> str:
        """The text with every value that it holds, in whatever form, replaced by ``***``."""
        forms = self._in_text
        if not forms:
            return text
        text = mask(text, forms)
        if "\n" in text:
            joined = _LINE_ENDS.sub("", text)
            for form in forms:
                if form in joined:
                    text = re.sub(r"[\r\n]*".join(map(re.escape, form)), MASK, text)
        return text


def mask(text: str, values: Iterable[str]) -> str:
    """``text`` with each of ``values`` replaced by ``***``, in their order."""
    for value in values:
        if value in text:
            text = text.replace(value, MASK)
    return text


def _first(needles: dict[str, str], text: str) -> str | None:
    return next((name for needle, name in needles.items() if needle in text), None)


def _raw(form: str) -> str:
    return form.encode("utf-8", "surrogatepass").decode("latin-1")


def _json(form: str) -> str:
    """A form as it stands within a string of JSON."""
    try:
        return orjson.dumps(form)[1:-1].decode("latin-1")
    except orjson.JSONEncodeError:  # half of a surrogate pair, which no output can hold
        return _raw(form)
