"""The report for people: each mistake with the lines it is in, what was declared elsewhere, and what to do."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping

from flowc.diagnostic import ERROR, Diagnostic, Position, Related
from flowc.report.paint import Paint
from flowc.report.visible import columns, visible

# What is shown of a line where nobody says how wide the terminal is, and the least that is shown of it.
_WIDTH = 200
_LEAST = 40
# Of a value that goes on over more lines than this, some are left out.
_LINES = 4
_LINE_BREAK = re.compile("\r\n|\r|\n")


def render(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, str], *, color: bool = False, width: int | None = None
) -> str:
    """The full report of ``diagnostics``; ``sources`` are the texts by file, ``width`` is that of the terminal."""
    pages = _Pages(sources, Paint(color), width or _WIDTH)
    return "\n".join(pages.page(diagnostic) for diagnostic in diagnostics)


class _Pages:
    def __init__(self, sources: Mapping[str, str], paint: Paint, width: int) -> None:
        self.sources = sources
        self.paint = paint
        self.width = width
        self.lines: dict[str, list[str]] = {}
        # Many reports in a row may point to one second place.
        self.latest: tuple[object, list[str]] = (None, [])

    def page(self, diagnostic: Diagnostic) -> str:
        """One diagnostic, its last line ended."""
        paint = self.paint
        position = diagnostic.position
        margin = " " * max(len(str(line)) for line in _places(diagnostic))
        kind = paint.error if diagnostic.severity is ERROR else paint.warning
        rows = [
            kind(f"{diagnostic.severity}[{diagnostic.code}]") + paint.strong(f": {visible(diagnostic.message)}"),
            f"{margin}{paint.margin('-->')} {visible(diagnostic.file)}:{position.line}:{position.column}",
            *self._frame(diagnostic.file, position, margin, lambda count: kind("^" * count), diagnostic.label),
        ]
        for related in diagnostic.related:
            rows += self._related(diagnostic.file, related, margin)
        if diagnostic.help:
            rows.append(f"{margin} {paint.margin('=')} {paint.strong('help')}: {visible(diagnostic.help)}")
        rows.append(f"{margin} {paint.margin('=')} {paint.strong('explain')}: flowc explain {diagnostic.code}")
        return "".join(f"{row.rstrip()}\n" for row in rows)

    def _related(self, file: str, related: Related, margin: str) -> list[str]:
        key = file, related, margin
        if self.latest[0] != key:
            self.latest = key, self._second(file, related, margin)
        return self.latest[1]

    def _second(self, file: str, related: Related, margin: str) -> list[str]:
        position = related.position
        rows = []
        if related.file not in (None, file):
            file = str(related.file)
            rows = [f"{margin}{self.paint.margin(':::')} {visible(file)}:{position.line}:{position.column}"]
        return rows + self._frame(file, position, margin, lambda count: self.paint.margin("-" * count), related.label)

    def _frame(self, file: str, position: Position, margin: str, marks: Callable[[int], str], label: str) -> list[str]:
        """The lines of ``position`` with marks below them; nothing where the text is not known."""
        lines = self._lines(file)
        if not lines:
            return []
        bar = self.paint.margin("|")
        rows = [f"{margin} {bar}"]
        stretches = _stretches(lines, position)
        for stretch in stretches:
            if stretch is None:
                rows.append(self.paint.margin("..."))
                continue
            number, line, first, last = stretch
            shown, start, length = _window(line, first, last, max(self.width - len(margin) - 3, _LEAST))
            rows.append(f"{self.paint.margin(str(number).rjust(len(margin)))} {bar} {shown}")
            rows.append(f"{margin} {bar} {' ' * start}{marks(length)}")
        rows[-1] += f" {visible(label)}"
        return rows

    def _lines(self, file: str) -> list[str]:
        if file not in self.lines:
            text = self.sources.get(file)
            self.lines[file] = _LINE_BREAK.split(text) if text else []
        return self.lines[file]


def _places(diagnostic: Diagnostic) -> list[int]:
    """The numbers of the lines that a report shows."""
    places = [diagnostic.position, *(related.position for related in diagnostic.related)]
    return [line for place in places for line in (place.line, place.end_line)]


def _stretches(lines: list[str], position: Position) -> list[tuple[int, str, int, int] | None]:
    """What is marked in each line of ``position``: its number, its text, from which character to which.

    Lines without text are passed over; of many the first two and the last one are shown, and None is what is left out.
    """
    found = []
    for number in range(position.line, min(position.end_line, len(lines)) + 1):
        line = lines[number - 1]
        first = position.column - 1 if number == position.line else len(line) - len(line.lstrip())
        last = position.end_column - 1 if number == position.end_line else len(line.rstrip())
        if first < last or number == position.line:
            found.append((number, line, min(first, len(line)), max(min(last, len(line)), first)))
    if not found:
        return [(position.line, "", 0, 0)]
    return [*found[:2], None, found[-1]] if len(found) > _LINES else [*found]


def _window(line: str, first: int, last: int, width: int) -> tuple[str, int, int]:
    """What is shown of ``line`` in ``width`` columns, where in it the marks of ``line[first:last]`` begin, how many.

    A line that does not fit is cut where that leaves the marks in sight, and `…` stands for what is missing.
    """
    shown, places = columns(line[:width])
    left = first - width // 6 if places[min(first, len(shown))] > width // 3 else 0
    if len(line) <= width and places[-1] <= width:
        left = 0
    if left:
        shown, places = columns(line[left : left + width])
    opening = "…" if left else ""
    room = width - len(opening)
    closing = "…" if places[-1] > room or left + width < len(line) else ""
    fits = bisect_right(places, room - len(closing)) - 1
    start = places[min(first - left, fits)]
    end = places[min(last - left, fits)]
    return opening + "".join(shown[:fits]) + closing, len(opening) + start, max(end - start, 1)
