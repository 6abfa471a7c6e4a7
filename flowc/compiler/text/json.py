"""JSON text to data with places: a scanner, because libyaml refuses some valid JSON and `json` keeps no positions."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from flowc.compiler.checks.text.yaml_syntax import RULE as YAML_SYNTAX
from flowc.compiler.document import Node, Span
from flowc.compiler.source import Source
from flowc.compiler.text.controls import without_controls
from flowc.compiler.text.reading import DEEPEST, Reading
from flowc.compiler.text.reports import TextReports
from flowc.compiler.text.scalars import not_a_number, read_float, read_integer

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"[^"\\\r\n]*(?:\\.[^"\\\r\n]*)*"')
_WORD = re.compile(r"[-+.\w$]+")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_SHORT_ESCAPES = frozenset('"\\/bfnrt')
_LITERALS = {"true": True, "false": False, "null": None}
_MEANT = {"True": "true", "False": "false", "None": "null", "nil": "null", "undefined": "null"}
_NOT_NUMBERS = {"NaN", "Infinity", "-Infinity", "+Infinity", "inf", "-inf", "nan"}


def read_json(source: Source) -> Reading:
    """The data of a JSON text; every mistake in it, up to the first that hides the rest."""
    scanner = _Scanner(source)
    try:
        value, root = scanner.read()
    except _StoppedError:
        value, root = None, None
    return Reading(value, root, scanner.reports.mistakes, scanner.reports.spoilt)


class _StoppedError(Exception):
    """Raised after a report behind which nothing can be read."""


class _Scanner:
    """One reading of one text; ``at`` is the offset of what comes next."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = without_controls(source.text)
        self.at = 0
        self.reports = TextReports(source)

    def read(self) -> tuple[Any, Node | None]:
        """The one value of the text; no node where there is none."""
        if not self._next():
            return None, None
        value, node = self._value(0)
        if self._next():
            self._stop("text after the end of the flow", "one flow a file: remove it", span=self._rest())
        return value, node

    def _next(self) -> str:
        """Skip white space; the next character, empty at the end."""
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.text[self.at : self.at + 1]

    def _value(self, depth: int) -> tuple[Any, Node]:
        start, char = self.at, self._next()
        start = self.at
        if char and char in "{[":
            if depth >= DEEPEST:
                self.reports.too_deep(start)
                raise _StoppedError
            self.at += 1
            return self._mapping(start, depth + 1) if char == "{" else self._list(start, depth + 1)
        if char == '"':
            return self._string(), Node(start, self.at)
        word = _WORD.match(self.text, start)
        if word is None:
            self._no_value(char)
        self.at = word.end()
        return self._word(word[0], word.span()), Node(start, self.at)

    def _mapping(self, start: int, depth: int) -> tuple[Any, Node]:
        value: dict[str, Any] = {}
        children: dict[str, Node] = {}
        keys: dict[str, Span] = {}
        more = self._next() != "}"
        while more:
            begin = self.at
            key, span = self._key(), (begin, self.at)
            if self._next() != ":":
                self._stop(f"`:` is missing after the key `{key}`", "a key and its value are parted by `:`")
            self.at += 1
            item, node = self._value(depth)
            if key in keys:
                self.reports.repeated_key(key, span, keys[key])
            else:
                value[key], children[key], keys[key] = item, node, span
            more = self._goes_on("}", start)
        self.at += 1
        return value, Node(start, self.at, children, keys)

    def _list(self, start: int, depth: int) -> tuple[Any, Node]:
        value: list[Any] = []
        children: list[Node] = []
        more = self._next() != "]"
        while more:
            item, node = self._value(depth)
            value.append(item)
            children.append(node)
            more = self._goes_on("]", start)
        self.at += 1
        return value, Node(start, self.at, children)

    def _goes_on(self, closing: str, start: int) -> bool:
        """Whether a comma follows, and something behind it; False at the closing bracket."""
        char = self._next()
        if char == closing:
            return False
        if char != ",":
            self._no_comma(char, closing, start)
        comma = self.at
        self.at += 1
        if self._next() != closing:
            return True
        message = f"a comma before `{closing}`; JSON has none there"
        self.reports.report(YAML_SYNTAX, (comma, comma + 1), message, "remove the comma")
        return False

    def _no_comma(self, char: str, closing: str, start: int) -> NoReturn:
        if not char:
            opening = self.text[start]
            self._stop(f"this `{opening}` is never closed", f"add `{closing}`", span=(start, start + 1))
        self._no_comment(char)
        if char in ("]", "}"):
            self._stop(f"`{char}` cannot close what `{self.text[start]}` opened", f"close it with `{closing}`")
        self._stop(f"`,` or `{closing}` is missing before this", "part the entries by commas", span=self._rest())

    def _key(self) -> str:
        char = self._next()
        if char == '"':
            return self._string()
        word = _WORD.match(self.text, self.at)
        if word is None:
            self._no_value(char, "a key in double quotes is missing")
        self.reports.unquoted_key(word[0], word.span())
        self.at = word.end()
        return word[0]

    def _string(self) -> str:
        start = self.at
        found = _STRING.match(self.text, start)
        if found is None:
            help_text = 'a line break is written `\\n`, a quote `\\"`'
            self._stop("this string is not closed on its line", help_text, span=self._rest())
        self.at = found.end()
        written = found[0]
        bad = [escape for escape in _ESCAPE.finditer(self.text, start, self.at) if not _is_escape(escape[0])]
        for escape in bad:
            advice = "write `\\\\` for a backslash"
            self.reports.report(YAML_SYNTAX, escape.span(), f"`{escape[0]}` is no escape of JSON", advice)
        if bad:
            self.reports.spoilt.append((start, self.at))
            written = _ESCAPE.sub(lambda found: found[0] if _is_escape(found[0]) else "", written)
        if "\t" in written:
            tab = start + found[0].index("\t")
            self.reports.report(YAML_SYNTAX, (tab, tab + 1), "a tab inside of a JSON string", "write `\\t`")
        return self.reports.holdable(json.loads(written, strict=False), (start, self.at))

    def _word(self, word: str, span: Span) -> Any:
        """What an unquoted word stands for; all but numbers, true, false and null is reported."""
        if word in _LITERALS:
            return _LITERALS[word]
        if word in _NOT_NUMBERS:
            self.reports.remark(not_a_number(word), span)
            return None
        if not _NUMBER.fullmatch(word):
            meant = _MEANT.get(word)
            help_text = f"write `{meant}`" if meant else f'write `"{word}"` if a string is meant'
            self.reports.report(YAML_SYNTAX, span, f"`{word}` is no JSON value", help_text)
            self.reports.spoilt.append(span)
            return None
        value, remark = (
            read_integer(word, int(word) if len(word) < 100 else None)
            if word.lstrip("-").isdecimal()
            else read_float(word)
        )
        if remark is not None:
            self.reports.remark(remark, span)
        return value

    # Reports

    def _no_value(self, char: str, message: str = "a value is missing here") -> NoReturn:
        self._no_comment(char)
        if char == "'":
            start, end = self._rest()
            closing = self.text.find("'", start + 1, end)
            self._stop(
                "a string in single quotes", "JSON strings are in double quotes", span=(start, closing + 1 or end)
            )
        if not char:
            end = len(self.text.rstrip("\r\n"))
            self._stop("the text ends here, and a value is missing", span=(max(0, end - 1), end))
        self._stop(message)

    def _no_comment(self, char: str) -> None:
        if char in ("/", "#"):
            self._stop("JSON has no comments", "remove it, or keep the flow in a `.yaml` file", span=self._rest())

    def _rest(self) -> Span:
        """From here to the end of what is written on the line."""
        line = self.text[self.at : self.source.line_end(self.at)]
        return self.at, self.at + max(1, len(line.rstrip()))

    def _stop(self, message: str, advice: str | None = None, *, span: Span | None = None) -> NoReturn:
        self.reports.report(YAML_SYNTAX, span or (self.at, self.at + 1), message, advice)
        raise _StoppedError


def _is_escape(text: str) -> bool:
    return len(text) == 6 or text[1] in _SHORT_ESCAPES
