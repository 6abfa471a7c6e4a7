"""The blocks of a page of the manual that a test can do something with: files, edits and commands."""

from __future__ import annotations

import re
from typing import NamedTuple

_FENCE = re.compile(r'^```(?P<kind>\w+)(?: title="(?P<file>[^"]+)")?\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ ", re.MULTILINE)


class Command(NamedTuple):
    """A line after a dollar, and what the page shows as its output."""

    line: str
    output: str


class Block(NamedTuple):
    """A fenced block: its language, the file that it names, its text, and where the text is in the page."""

    kind: str
    file: str | None
    text: str
    span: tuple[int, int]

    @property
    def commands(self) -> list[Command]:
        """The commands of a console's block."""
        parts = (part.partition("\n") for part in _COMMAND.split(self.text)[1:])
        return [Command(line, output) for line, _, output in parts]


def blocks(page: str) -> list[Block]:
    """All fenced blocks of a page, in order."""
    return [Block(found["kind"], found["file"], found["text"], found.span("text")) for found in _FENCE.finditer(page)]


def edited(text: str, edit: str) -> str:
    """A file's text after an edit: lines with `-` go, lines with `+` come, others say where.

    Raises:
        AssertionError: what the edit changes is not there, or is there more than once.
    """
    lines = [(line[:1], line[1:] + "\n") for line in edit.splitlines()]
    old = "".join(line for sign, line in lines if sign != "+")
    new = "".join(line for sign, line in lines if sign != "-")
    assert text.count(old) == 1, f"this is not there once:\n{old}"
    return text.replace(old, new)
