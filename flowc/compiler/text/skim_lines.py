"""One line of plainly written YAML: what it begins, and what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from flowc.compiler.text.skim_brackets import NAME, in_brackets
from flowc.compiler.text.skim_texts import DOUBLE, NO_KEYS, SINGLE, NotPlainError, joined, plain_value, quoted_value

# Most lines are as simple as this: a key, and behind it brackets or a text that hardly can be anything else.
# All of them are found at once, one row a line: indentation, key, value; what else the line says.
SIMPLE_LINES = re.compile(rf"([ ]*+)(?:({NAME}):(?: ([A-Za-z0-9$][A-Za-z0-9_.$ -]*+(?<![ ])|[\[{{].*+))?\n|(.*+)\n)")
_PLAIN_BEGINS = r"(?:[^ \t\xa0\-?:,\[\]{}#&*!|>'\"%@`]|-(?=[^ \t\-]))"
_LINE = re.compile(
    rf"""([ ]*+)                                     # 1 indentation
    (-[ ]++)?                                        # 2 an item of a list
    (?:({NAME}|{DOUBLE}|{SINGLE}):(?=[ ]|\Z)[ ]*+)?  # 3 a key
    (?:
        ([\[{{].*)                                  # 4 brackets, and what is behind them
        | (?:
            ({_PLAIN_BEGINS}[^\t:\#]*+(?:(?::(?=[^ \t])|(?<![ ])\#)[^\t:\#]*+)*+)   # 5 a text without quotes
            | ({DOUBLE}|{SINGLE})                   # 6 a text in quotes
            | ([|>]-?)                              # 7 the head of a block text
          )?
          [ ]*+(?:(?<![^ ])(\#).*)?                 # 8 a remark
    )""",
    re.VERBOSE,
)
_LONGEST_KEY = 100

# What a value is, of which there is more on the lines below, or nothing on its own.
COMPLETE, NOTHING, OPEN_BRACKET, BLOCK_TEXT = range(4)


class Line(NamedTuple):
    """What a line says: an item of a list if it has a dash, a key, a value as far as the line goes.

    ``column`` is that of the key or the value; ``kind`` says what ``value`` is: the value, nothing, the text from an
    open bracket to the end of the line, the head of a block text.
    """

    dash: int | None
    column: int
    key: str | None
    kind: int
    value: Any


def read_line(line: str) -> Line:
    """What a line says.

    Raises:
        NotPlainError: it could mean anything else.
    """
    found = _LINE.fullmatch(line)
    if found is None:
        raise NotPlainError
    indent, dash, key, bracket, plain, quoted, head = found.group(1, 2, 3, 4, 5, 6, 7)
    column = len(indent)
    place = (column if dash else None), column + len(dash or ""), (None if key is None else _key_of(key))
    if plain:
        return Line(*place, COMPLETE, plain_value(plain.rstrip(" ")))
    if bracket:
        value = in_brackets(bracket)
        return Line(*place, OPEN_BRACKET, bracket) if value is None else Line(*place, COMPLETE, value)
    if quoted:
        return Line(*place, COMPLETE, quoted_value(quoted))
    if head:
        return Line(*place, BLOCK_TEXT, head)
    return Line(*place, NOTHING, None)


def _key_of(written: str) -> str:
    key = quoted_value(written) if written[0] in "\"'" else written
    if len(key) > _LONGEST_KEY or (key in NO_KEYS and key is written):
        raise NotPlainError
    return key


def text_over_lines(lines: Sequence[str], first: int, around: int) -> tuple[str, int]:
    """The text without quotes that begins as a value on line ``first``, and the number of the line behind its last.

    What is indented further than ``around`` belongs to it, up to a line with a remark, or with anything else.
    """
    texts: list[str] = []
    end = first
    for number in range(first, len(lines)):
        found = _LINE.fullmatch(lines[number])
        indent, dash, key, plain, remark = found.group(1, 2, 3, 5, 8) if found else ("", None, None, None, None)
        if texts and (dash or key or (plain and len(indent) <= around)):
            break
        if plain:
            texts.append(plain.rstrip(" "))
            end = number + 1
        elif lines[number].strip(" "):
            break
        else:
            texts.append("")
        if remark:
            break
    return joined(texts), end
