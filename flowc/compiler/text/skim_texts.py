"""Plainly written texts of YAML: without quotes, in quotes, and the block texts below `|` and `>`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flowc.compiler.text.scalars import NUMBER_BEGINS, OLD_BOOLEANS, WORDS, read_plain

# In quotes, on one line; a tab is left to the parser wherever it is not in a comment.
DOUBLE = r'"[^"\\\t]*(?:\\.[^"\\\t]*)*"'
SINGLE = r"'[^'\t]*(?:''[^'\t]*)*'"

NO_KEYS = frozenset((*WORDS, *OLD_BOOLEANS))
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
# Texts such as `60s` that no YAML takes for a number.
_AMOUNT = re.compile(r"[0-9]+[A-Za-z]+")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "/": "/"}


class NotPlainError(Exception):
    """Raised at the first line that is not plainly written."""


def plain_value(text: str) -> Any:
    """What a text without quotes and without spaces at its ends stands for."""
    if text[0] in _LETTERS:
        if text not in NO_KEYS:
            return text
        if text in OLD_BOOLEANS:
            raise NotPlainError
        return WORDS[text]
    if text[0] in NUMBER_BEGINS and not _AMOUNT.fullmatch(text):
        value, remark = read_plain(text)
        if remark is not None:
            raise NotPlainError
        return value
    if text.startswith("${{"):
        raise NotPlainError
    return None if text == "~" else text


def quoted_value(text: str) -> str:
    """What a text in quotes says; the quotes are part of ``text``."""
    inside = text[1:-1]
    if text[0] == "'":
        return inside.replace("''", "'")
    return _ESCAPE.sub(_escaped, inside) if "\\" in inside else inside


def _escaped(escape: re.Match[str]) -> str:
    if escape[1] not in _ESCAPED:
        raise NotPlainError
    return _ESCAPED[escape[1]]


def block_text(lines: Sequence[str], begin: int, head: str, column: int) -> tuple[str, int]:
    """The text whose lines begin at the number ``begin``, below ``head``, and the number of the line behind it.

    ``column`` is that of the key or the dash before the head: the text is indented further.
    """
    texts: list[str] = []
    indent = 0
    for end in range(begin, len(lines)):
        line = lines[end]
        inside = line.lstrip(" ")
        spaces = len(line) - len(inside)
        if inside and spaces <= column:
            break
        if spaces < indent if inside else spaces > (indent or column):
            raise NotPlainError
        if inside[:1] == "\t":
            raise NotPlainError
        indent = indent or (spaces if inside else 0)
        texts.append(line[indent:] if inside else "")
    else:
        end = len(lines)
        # Where nothing ends the last line, it depends on the parser whether the text ends with a line end.
        if texts and texts[-1]:
            raise NotPlainError
    while texts and not texts[-1]:
        texts.pop()
    text = "\n".join(texts) if head[0] == "|" else _folded(texts)
    return (f"{text}\n" if texts and head[-1] != "-" else text), end


def _folded(lines: Sequence[str]) -> str:
    """The text of `>`: line ends become spaces, but for those around empty and around indented lines."""
    parts: list[str] = []
    empty, was_indented = 0, True
    for line in lines:
        if not line:
            empty += 1
            continue
        is_indented = line[0] == " "
        if parts and (is_indented or was_indented):
            empty += 1
        parts.append("\n" * empty or (" " if parts else ""))
        parts.append(line)
        empty, was_indented = 0, is_indented
    return "".join(parts)


def joined(lines: Sequence[str]) -> str:
    """The text that lines make together: empty ones become line ends, other line ends spaces."""
    parts: list[str] = []
    empty = 0
    for line in lines:
        if line:
            parts += ["\n" * empty or " ", line]
            empty = 0
        else:
            empty += 1
    return "".join(parts[1:])
