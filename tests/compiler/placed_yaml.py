"""YAML of plain data with the place of every key and value, known without reading it back."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

# What a plain scalar may look like without meaning anything but its own text.
_PLAIN = re.compile(r"[A-Za-z$_][\w$. /-]*")
_MEANS_MORE = frozenset(["null", "true", "false", "yes", "no", "on", "off", "y", "n"])
_STEP = "  "

Path = tuple[str | int, ...]
Place = tuple[int, int]


class Again(str):
    """A key that stands in a mapping beside an equal one."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


class Raw(str):
    """A scalar that is written as it is."""

    __slots__ = ()


class Span(NamedTuple):
    """From one place up to another, line and column from 1, the end exclusive."""

    start: Place
    end: Place


@dataclass(slots=True)
class Placed:
    """A text, and where in it each key and each value stands, by path."""

    text: str = ""
    keys: dict[Path, Span] = field(default_factory=dict)
    values: dict[Path, Span] = field(default_factory=dict)

    def whole(self, path: Path) -> Span:
        """From a key to the end of its value; of an element of a list the element."""
        value = self.values[path]
        return Span(self.keys[path].start if path in self.keys else value.start, value.end)


def placed(value: dict[str, Any], rng: Random) -> Placed:
    """The YAML of a mapping; ``rng`` chooses between styles."""
    writer = _Writer(rng)
    writer.mapping(value, (), 0)
    return writer.result


class _Writer:
    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.result = Placed()
        self.line = 1
        self.column = 1

    def put(self, text: str) -> Span:
        """Add a piece of one line."""
        start = self.line, self.column
        self.result.text += text
        self.column += len(text)
        return Span(start, (self.line, self.column))

    def end_line(self) -> None:
        if self.rng.random() < 0.03:
            self.put("  # remark")
        self.result.text += "\n"
        self.line, self.column = self.line + 1, 1

    def mapping(self, value: dict[str, Any], path: Path, depth: int) -> Span:
        """A mapping over several lines; each line is ended."""
        spans = []
        for key, inner in value.items():
            self.put(_STEP * depth)
            spans.append(self.entry(key, inner, (*path, key), depth))
        return Span(spans[0].start, spans[-1].end)

    def entry(self, key: str, inner: Any, path: Path, depth: int) -> Span:
        name = self.result.keys[path] = self.put(scalar(key, self.rng, often=0.02))
        self.put(":")
        if isinstance(inner, dict) and inner and not (_is_small(inner) and self.rng.random() < 0.6):
            self.end_line()
            value = self.mapping(inner, path, depth + 1)
        elif isinstance(inner, list) and inner and self.rng.random() < 0.3 and not _has_collections(inner):
            self.end_line()
            value = self.items(inner, path, depth + 1)
        elif inner is None and depth > 0:
            value = name
            self.end_line()
        else:
            self.put(" ")
            value = self.flow(inner, path)
            self.end_line()
        self.result.values[path] = value
        return Span(name.start, value.end)

    def items(self, value: list[Any], path: Path, depth: int) -> Span:
        spans = []
        for index, inner in enumerate(value):
            dash = self.put(f"{_STEP * depth}- ")
            spans.append(Span((dash.end[0], dash.end[1] - 2), self.flow(inner, (*path, index)).end))
            self.end_line()
        return Span(spans[0].start, spans[-1].end)

    def flow(self, value: Any, path: Path) -> Span:
        """A value within one line."""
        found = self.brackets(value, path) if isinstance(value, (dict, list)) else self.put(scalar(value, self.rng))
        self.result.values[path] = found
        return found

    def brackets(self, value: dict[str, Any] | list[Any], path: Path) -> Span:
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        start = self.put(opening).start
        for number, one in enumerate(value):
            if number:
                self.put(", ")
            if isinstance(value, dict):
                inner = (*path, str(one) if type(one) is str else one)
                self.result.keys[inner] = self.put(scalar(one, self.rng, often=0.02))
                self.put(": ")
                self.flow(value[one], inner)
            else:
                self.flow(one, (*path, number))
        return Span(start, self.put(closing).end)


def scalar(value: Any, rng: Random, often: float = 0.15) -> str:
    """A scalar in one of the styles that mean it; ``often`` says how often quotes are put where none are needed."""
    if isinstance(value, Raw):
        return str(value)
    if not isinstance(value, str):
        return json.dumps(value)
    is_plain = _PLAIN.fullmatch(value) and value.lower() not in _MEANS_MORE and not value.endswith(" ")
    if is_plain and rng.random() >= often:
        return value
    if rng.random() < 0.4 and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value, ensure_ascii=False)


def _is_small(value: Any) -> bool:
    return len(json.dumps(value)) < 60 and all(isinstance(one, (str, Raw)) for one in value)


def _has_collections(value: list[Any]) -> bool:
    return any(isinstance(one, (dict, list)) for one in value)
