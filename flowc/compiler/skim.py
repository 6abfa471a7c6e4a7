"""The data of plainly written YAML at a fraction of a parser's time, and nothing at all of any other text.

Most flow files use little of YAML: a key and a value a line, lists, brackets that close on their line, quotes without
escapes, block texts. That much is read here, three times as fast as libyaml builds its nodes; at the first line that
could mean anything else `skim` gives up, and the text goes to `yaml_text`, which also gives all reports and places.
What both read is the same: a property test holds them together.
"""

from __future__ import annotations

import re
from typing import Any

from flowc.compiler.reading import DEEPEST
from flowc.compiler.scalars import NUMBER_BEGINS, OLD_BOOLEANS, WORDS, read_plain

# Tabs, carriage returns but for CR LF, control characters, and what libyaml takes for line ends.
# The few that are refused: the class of those that are not takes 15 ms to compile.
_ODD_CHARACTER = re.compile("[\x00-\t\v-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_NAME = r"[A-Za-z_$][A-Za-z0-9_$.-]{0,99}"
_PLAIN_BEGINS = r"(?:[^ \xa0\-?:,\[\]{}#&*!|>'\"%@`\n]|-(?=[^ \-\n]))"
_LINE = re.compile(
    rf"""^([ ]*)                                    # 1 indentation
    (-[ ]+)?                                        # 2 an item of a list
    (?:({_NAME}):(?=[ \n]|\Z)[ ]*)?                 # 3 a key
    (
        {_PLAIN_BEGINS}[^:#\n]*(?:(?::(?=[^ \n])|(?<![ ])\#)[^:#\n]*)*   # 4 a value: plain,
        | [\[{{][^#\n]*[\]}}]                       # in brackets,
        | "[^"\\\n]*" | '[^'\n]*'                   # in quotes,
        | [|>]-?                                    # or the head of a block text
    )?
    [ ]*(?:(?:(?<=[ ])|(?<=^))\#.*)?$
    | ^(.*)$                                        # 5 anything else
    """,
    re.MULTILINE | re.VERBOSE,
)
_TOKEN = re.compile(
    rf"""[ ]*(?:
    ([\[\]{{}},])                                   # 1 a bracket, a comma
    | ({_NAME}):[ ]                                 # 2 a key
    | "([^"\\]*)" | '([^']*)'                       # 3, 4 a text in quotes
    | ((?:[^ \xa0\-?:,\[\]{{}}#&*!|>'\"%@`\n]|-(?=[^ \-,\[\]{{}}\n]))
       [^:,\[\]{{}}#\n]*(?::(?=[^ ,\[\]{{}}\n])[^:,\[\]{{}}#\n]*)*)      # 5 a plain text
    | (.)                                           # 6 anything else
    )""",
    re.VERBOSE,
)
# What brackets hold most often: names and references, none of them a word with a meaning of its own.
_NAMES = re.compile(r"[A-Za-z$][A-Za-z0-9_.$]*(?:, [A-Za-z$][A-Za-z0-9_.$]*)*")
_PAIRS = re.compile(rf"{_NAME}: [A-Za-z0-9$][A-Za-z0-9_.$]*(?:, {_NAME}: [A-Za-z0-9$][A-Za-z0-9_.$]*)*")
# Numbers that all YAML reads alike, and texts such as `60s` that none takes for a number.
_COUNT = re.compile(r"[1-9][0-9]{0,14}|0")
_AMOUNT = re.compile(r"[0-9]+[A-Za-z]+")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_NO_KEYS = frozenset((*WORDS, *OLD_BOOLEANS))
_NONE: Any = object()


class _GaveUpError(Exception):
    """Raised at the first line that is not plainly written."""


def skim(text: str) -> dict[str, Any] | None:
    """The mapping that a YAML text writes; None if it is not plainly written, or anything could be said of it."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if _ODD_CHARACTER.search(text):
        return None
    try:
        return _Skim(text).read()
    except _GaveUpError:
        return None


class _Skim:
    """One reading of one text: ``blocks`` are the open lists and mappings with their columns, innermost last."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root: dict[str, Any] = {}
        self.blocks: list[tuple[int, Any]] = [(0, self.root)]
        # The mapping and key whose value is to begin on a later line, and the column of the key.
        self.mapping: dict[str, Any] = self.root
        self.key: Any = _NONE
        self.column = 0
        # What stands in brackets, by its text: equal ones become one object.
        self.brackets: dict[str, Any] = {}

    def read(self) -> dict[str, Any]:
        """The root mapping."""
        rows: list[tuple[str, ...]] = _LINE.findall(self.text)
        skip_to = 0
        column, block = self.blocks[-1]
        for number, (indent, dash, key, value, odd) in enumerate(rows):
            if number < skip_to or not (key or value or dash or odd):
                continue
            if not key:
                if not value:
                    raise _GaveUpError
                column, block = self._item(len(indent), dash, value)
                continue
            if dash:
                column, block = self._item(len(indent), dash, "")
            elif self.key is not _NONE or len(indent) != column or type(block) is list:
                column, block = self._enter(len(indent), False)
            if key in block or key in _NO_KEYS:
                raise _GaveUpError
            if not value:
                block[key] = None
                self.mapping, self.key, self.column = block, key, column
            elif value[0] in _LETTERS and value[-1] != " " and value not in _NO_KEYS:
                block[key] = value
            elif value[0] in "|>":
                block[key], skip_to = self._block_text(value, number, column)
            else:
                block[key] = self._value(value)
        if not self.root:
            raise _GaveUpError
        return self.root

    def _item(self, column: int, dash: str, value: str) -> tuple[int, Any]:
        """Begin an item of a list: a value, or a mapping whose first key stands behind the dash."""
        if not dash:
            raise _GaveUpError
        column, items = self._enter(column, True)
        if value:
            items.append(self._value(value))
            return column, items
        item: dict[str, Any] = {}
        items.append(item)
        self.blocks.append((column + len(dash), item))
        return self.blocks[-1]

    def _enter(self, column: int, is_item: bool) -> tuple[int, Any]:
        """Make the block to which a line belongs the innermost one, opening it where its key waits for a value."""
        blocks = self.blocks
        if self.key is not _NONE:
            if column > self.column or (is_item and column == self.column):
                opened: Any = [] if is_item else {}
                self.mapping[self.key] = opened
                blocks.append((column, opened))
                if len(blocks) >= DEEPEST:
                    raise _GaveUpError
            self.key = _NONE
        while blocks[-1][0] > column:
            blocks.pop()
        if not is_item and type(blocks[-1][1]) is list:
            blocks.pop()
        if blocks[-1][0] != column or (type(blocks[-1][1]) is list) is not is_item:
            raise _GaveUpError
        return blocks[-1]

    def _value(self, text: str) -> Any:
        """The value that stands on its line."""
        begin = text[0]
        if begin in "\"'":
            return text[1:-1]
        if begin not in "[{":
            return _plain(text)
        if text not in self.brackets:
            self.brackets[text] = _flat(text) or _in_brackets(text)
        return self.brackets[text]

    def _block_text(self, head: str, number: int, column: int) -> tuple[str, int]:
        """The text below `|` or `>`, and the number of the line behind it."""
        lines = self.text.split("\n")
        if lines[-1]:
            raise _GaveUpError
        texts: list[str] = []
        indent = 0
        end = number + 1
        while end < len(lines) - 1:
            line = lines[end]
            spaces = len(line) - len(line.lstrip(" "))
            if spaces < len(line):
                if spaces <= column:
                    break
                indent = indent or spaces
                if spaces < indent:
                    raise _GaveUpError
            elif spaces > (indent or column):
                raise _GaveUpError
            texts.append(line[indent:])
            end += 1
        while texts and not texts[-1]:
            texts.pop()
        text = "\n".join(texts) if head[0] == "|" else _folded(texts)
        return (f"{text}\n" if texts and head[-1] != "-" else text), end


def _folded(lines: list[str]) -> str:
    """The text of `>`: line ends become spaces, empty lines become line ends."""
    parts: list[str] = []
    for line in lines:
        if line[:1] == " ":
            raise _GaveUpError
        if not line:
            parts.append("\n")
        else:
            if parts and parts[-1] != "\n":
                parts.append(" ")
            parts.append(line)
    return "".join(parts)


def _plain(text: str) -> Any:
    text = text.rstrip(" ")
    if text in WORDS:
        return WORDS[text]
    if _COUNT.fullmatch(text):
        return int(text)
    if text[0] in NUMBER_BEGINS and not _AMOUNT.fullmatch(text):
        value, remark = read_plain(text)
        if remark is not None:
            raise _GaveUpError
        return value
    if text in OLD_BOOLEANS or text[0] in "|>" or text.startswith("${{"):
        raise _GaveUpError
    return text


def _flat(text: str) -> Any:
    """A list of names, or a mapping of keys to names and numbers; None for what may be anything else."""
    inside = text[1:-1]
    if text[0] == "[":
        if text[-1] != "]" or not _NAMES.fullmatch(inside):
            return None
        names = inside.split(", ")
        return None if _NO_KEYS.intersection(names) else names
    if text[-1] != "}" or not _PAIRS.fullmatch(inside):
        return None
    pairs = [pair.split(": ") for pair in inside.split(", ")]
    value = {key: word if word[0] in _LETTERS and word not in _NO_KEYS else _plain(word) for key, word in pairs}
    return None if len(value) < len(pairs) or _NO_KEYS.intersection(value) else value


def _in_brackets(text: str) -> Any:
    """A list or mapping that is written in brackets on one line."""
    root: Any = _NONE
    stack: list[Any] = []
    key = ""
    # Whether a value (or key) comes next, or a comma or closing bracket.
    wants_value = True
    for mark, name, double, single, plain, odd in _TOKEN.findall(text):
        inner = stack[-1] if stack else None
        if odd or (inner is None and root is not _NONE):
            raise _GaveUpError
        if mark and mark not in "[{":
            wants_value = _closes_or_goes_on(mark, inner, wants_value, key)
            if mark != ",":
                stack.pop()
        elif not wants_value:
            raise _GaveUpError
        elif name:
            key = _next_key(name, inner, key)
        else:
            value: Any = ([] if mark == "[" else {}) if mark else _plain(plain) if plain else double or single
            if inner is None:
                root = value
            else:
                _put(value, inner, key)
            key, wants_value = "", bool(mark)
            if mark:
                stack.append(value)
    if stack or root is _NONE:
        raise _GaveUpError
    return root


def _next_key(name: str, inner: Any, key: str) -> str:
    if type(inner) is not dict or key or name in inner or name in _NO_KEYS:
        raise _GaveUpError
    return name


def _put(value: Any, inner: Any, key: str) -> None:
    if type(inner) is list:
        inner.append(value)
    elif key:
        inner[key] = value
    else:
        raise _GaveUpError


def _closes_or_goes_on(mark: str, inner: Any, wants_value: bool, key: str) -> bool:
    """Whether a value comes after a comma or a closing bracket; gives up where neither may stand."""
    if key or inner is None:
        raise _GaveUpError
    if mark == ",":
        if wants_value:
            raise _GaveUpError
        return True
    if (mark == "]") is not (type(inner) is list) or (wants_value and inner):
        raise _GaveUpError
    return False
