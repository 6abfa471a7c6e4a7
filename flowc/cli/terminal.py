"""What goes to stdout and stderr: results and words, on terminals, in pipes, and in pipes that were closed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TextIO

WIDTH = 100


def tolerate_any_text() -> None:
    """Let stdout and stderr escape what their encoding cannot hold, where they would raise."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def put(text: str) -> None:
    """Write a result to stdout. A closed pipe is quiet: who reads no more has what they wanted."""
    with _quiet_when_closed(sys.stdout):
        sys.stdout.write(text)
        sys.stdout.flush()


def say(text: str) -> None:
    """Write a line for people to stderr."""
    with _quiet_when_closed(sys.stderr):
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


def say_error(message: str, help: str | None) -> None:  # noqa: A002 - the word of the reports
    """Write what is wrong, and what to do, to stderr: one line each."""
    say("error: " + one_line(message))
    if help:
        say("help: " + one_line(help))


def one_line(text: str) -> str:
    """The text without line ends and control characters: neither can forge a line or move a cursor."""
    return printable(" ".join(text.split()))


def printable(line: str) -> str:
    """A line without control characters; its spaces stay."""
    return line if line.isprintable() else "".join(c if c.isprintable() else " " for c in line)


def table(rows: Iterable[Sequence[str]]) -> str:
    """Rows of cells as lines, each column as wide as its widest cell."""
    cells = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)
    return "".join(line.rstrip() + "\n" for line in lines)


def is_rich(stream: TextIO) -> bool:
    """Whether a stream shows colours and moving pictures."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def width() -> int:
    """Columns of the terminal, ``WIDTH`` where there is none."""
    import shutil

    return shutil.get_terminal_size((WIDTH, 24)).columns


def height() -> int:
    """Rows of the terminal, 24 where there is none."""
    import shutil

    return shutil.get_terminal_size((WIDTH, 24)).lines


@contextmanager
def _quiet_when_closed(stream: TextIO) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        # The interpreter flushes at exit and would complain again: from now on the text goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
