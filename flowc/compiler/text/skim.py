"""The data of plainly written YAML at a fraction of a parser's time, and nothing at all of any other text.

Most flow files use little of YAML: a key and a value a line, lists, brackets, quotes, block texts. That much is read
here, more than twice as fast as libyaml builds its nodes; at the first line that could mean anything else `skim` gives
up, and the text goes to `text/yaml.py`, which also gives all reports and places. What both read is the same: property
tests hold them together.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from flowc.compiler.text.controls import has_odd_characters
from flowc.compiler.text.reading import DEEPEST
from flowc.compiler.text.skim_brackets import DEEPEST_BRACKETS, Brackets, in_brackets
from flowc.compiler.text.skim_lines import (
    BLOCK_TEXT,
    NOTHING,
    OPEN_BRACKET,
    SIMPLE_LINES,
    Line,
    read_line,
    text_over_lines,
)
from flowc.compiler.text.skim_texts import NO_KEYS, NotPlainError, block_text, plain_value

_DEEPEST = DEEPEST - DEEPEST_BRACKETS


def skim(text: str) -> dict[str, Any] | None:
    """The mapping that a YAML text writes; None if it is not plainly written, or anything could be said of it."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if has_odd_characters(text):
        return None
    try:
        return _Skim(text).read()
    except NotPlainError:
        return None


class _Skim:
    """One reading of one text: ``blocks`` are the open lists and mappings with their columns, innermost last."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root: dict[str, Any] = {}
        self.blocks: list[tuple[int, Any]] = [(0, self.root)]
        # The mapping and key whose value is to begin on a later line, and the column of the key.
        self.waiting: tuple[dict[str, Any], str, int] | None = None
        # The number of the line behind the last value that took several.
        self.behind = 0
        self.has_begun = False

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text; few texts have values that need them."""
        return self.text.split("\n")

    def read(self) -> dict[str, Any]:
        """The root mapping."""
        # The mapping to which a key at this column surely belongs.
        at, block, behind = -1, self.root, 0
        for number, (indent, key, value, other) in enumerate(SIMPLE_LINES.findall(self.text + "\n")):
            if number < behind:
                continue
            if not key:
                if other and other[0] != "#":
                    self._take(indent + other, number)
                    at, behind = -1, self.behind
                continue
            column = len(indent)
            if column != at:
                at, block = column, self._enter(column, dict)
            if key in block or key in NO_KEYS:
                raise NotPlainError
            if not value:
                block[key] = None
                self.waiting = block, key, column
                at = -1
            elif value[0] in "[{":
                inside = in_brackets(value)
                if inside is None:
                    inside = self._over_lines(value, number)
                    behind = self.behind
                block[key] = inside
            elif value[0] in "0123456789" or value in NO_KEYS:
                block[key] = plain_value(value)
            else:
                block[key] = value
        if not self.root:
            raise NotPlainError
        return self.root

    def _enter(self, column: int, kind: type) -> Any:
        """Make the block to which a line belongs the innermost one, opening it where its key waits for a value."""
        blocks = self.blocks
        if self.waiting is not None:
            mapping, key, around = self.waiting
            self.waiting = None
            if column > around or (kind is list and column == around):
                opened = mapping[key] = kind()
                blocks.append((column, opened))
                if len(blocks) >= _DEEPEST:
                    raise NotPlainError
                return opened
        while blocks[-1][0] > column:
            blocks.pop()
        # A list may stand at the column of its key: then it ends where a key comes.
        if kind is dict and type(blocks[-1][1]) is list:
            blocks.pop()
        around, block = blocks[-1]
        if around != column or type(block) is not kind:
            raise NotPlainError
        return block

    def _open(self, column: int, block: Any) -> None:
        self.blocks.append((column, block))
        if len(self.blocks) >= DEEPEST - DEEPEST_BRACKETS:
            raise NotPlainError

    def _take(self, text: str, number: int) -> None:
        """Take a line that may be anything but a remark."""
        if text.rstrip(" ") == "---":
            self._begin()
            return
        line = read_line(text)
        if line.dash is not None:
            self._take_item(line, line.dash, number)
        elif line.key is not None:
            block = self._enter(line.column, dict)
            if line.key in block:
                raise NotPlainError
            block[line.key] = self._whole(line, number, line.column)
            if line.kind == NOTHING:
                self.waiting = block, line.key, line.column
        elif line.kind == BLOCK_TEXT:
            raise NotPlainError
        elif line.kind == NOTHING:
            return
        elif self.waiting is not None and line.column > self.waiting[2]:
            mapping, key, around = self.waiting
            mapping[key] = self._whole(line, number, around)
            self.waiting = None
        else:
            self._go_on(number)

    def _begin(self) -> None:
        """Take the line that begins a document: once, and before everything else."""
        if self.root or self.has_begun:
            raise NotPlainError
        self.has_begun = True

    def _take_item(self, line: Line, column: int, number: int) -> None:
        """Take an item of a list: a value, or a mapping whose first key stands behind the dash."""
        items = self._enter(column, list)
        if line.key is not None:
            item = {line.key: self._whole(line, number, line.column)}
            items.append(item)
            self._open(line.column, item)
            if line.kind == NOTHING:
                self.waiting = item, line.key, line.column
        elif line.kind == NOTHING:
            raise NotPlainError
        else:
            items.append(self._whole(line, number, column))

    def _whole(self, line: Line, number: int, around: int) -> Any:
        """The value that begins on the line of this number; ``around`` is the column of its key or its dash."""
        value = line.value
        if line.kind == BLOCK_TEXT:
            value, self.behind = block_text(self.lines, number + 1, value, around)
        elif line.kind == OPEN_BRACKET:
            value = self._over_lines(value, number)
        return value

    def _over_lines(self, text: str, number: int) -> Any:
        """What stands in the brackets that begin on the line of this number with ``text``, and close on another."""
        brackets = Brackets()
        while not brackets.take(text):
            number += 1
            if number == len(self.lines) or self.lines[number].startswith(("---", "...")):
                raise NotPlainError
            text = self.lines[number]
        self.behind = number + 1
        return brackets.value

    def _go_on(self, number: int) -> None:
        """Take a line, and what follows it, as part of the text without quotes that is the last value before it."""
        first = number - 1
        while first >= self.behind and not self.lines[first].strip(" "):
            first -= 1
        around, block = self.blocks[-1]
        text, end = text_over_lines(self.lines, first, around) if first >= self.behind else ("", 0)
        if end <= number:
            raise NotPlainError
        block[-1 if type(block) is list else next(reversed(block))] = plain_value(text)
        self.behind = end
