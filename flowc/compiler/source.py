"""The text of a flow file with its line ends: offsets to positions, and diagnostics at them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property

from flowc.diagnostic import Diagnostic, Edit, Position, Related, Rule

_LINE_END = re.compile(r"\r\n|\n|\r")


class Source:
    """A file's name and its text, decoded, without the byte order mark, line ends as they are in the file."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text

    @cached_property
    def line_starts(self) -> list[int]:
        """The offset at which each line begins; a line ends at LF, CR LF or CR, and at nothing else."""
        return [0, *(found.end() for found in _LINE_END.finditer(self.text))]

    def position(self, start: int, end: int) -> Position:
        """The stretch from offset ``start`` to ``end`` (exclusive), in lines and columns; never behind the text."""
        size, starts = len(self.text), self.line_starts
        start = min(start, size)
        end = min(max(start, end), size)
        line = bisect_right(starts, start)
        end_line = bisect_right(starts, end, line - 1)
        return Position(line, start - starts[line - 1] + 1, end_line, end - starts[end_line - 1] + 1)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line_end(self, offset: int) -> int:
        """The offset at which the line of ``offset`` ends, its line end not counted."""
        found = _LINE_END.search(self.text, offset)
        return found.start() if found else len(self.text)

    def diagnose(
        self,
        rule: Rule,
        span: tuple[int, int],
        message: str,
        *,
        label: str = "",
        help: str | None = None,  # noqa: A002 - the word of the reports
        related: Sequence[Related] = (),
        edits: Sequence[Edit] = (),
    ) -> Diagnostic:
        """A diagnostic on the text from ``span[0]`` to ``span[1]``."""
        position = self.position(*span)
        return Diagnostic(rule, self.file, position, message, label, help, tuple(related), tuple(edits))

    def edit(self, span: tuple[int, int], text: str) -> Edit:
        """The replacement of a stretch by ``text``."""
        return Edit(self.position(*span), text)
