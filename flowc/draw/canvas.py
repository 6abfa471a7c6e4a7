"""A sheet of character cells: lines that join where they meet, and text over them."""

from __future__ import annotations

from collections.abc import Mapping

from flowc.draw.text_width import columns

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8
_LINES = " ╵╷│╴┘┐┤╶└┌├─┴┬┼"
# Kinds of lines: what is drawn otherwise than with _LINES.
ROUND: Mapping[int, str] = {LEFT | UP: "╯", LEFT | DOWN: "╮", RIGHT | UP: "╰", RIGHT | DOWN: "╭"}
DASHED: Mapping[int, str] = {**ROUND, UP | DOWN: "┆", LEFT | RIGHT: "┄"}


class Canvas:
    """Cells from the upper left corner on; ``style`` is a name that colours what is written with it."""

    def __init__(self, width: int, height: int) -> None:
        self._lines = [[0] * width for _ in range(height)]
        self._kinds: dict[tuple[int, int], Mapping[int, str]] = {}
        self._texts: dict[tuple[int, int], str] = {}
        self._styles: dict[tuple[int, int], str] = {}

    def across(self, left: int, right: int, y: int, kind: Mapping[int, str] | None = None) -> None:
        """Draw a line from a column to another one."""
        for x in range(left, right + 1):
            self._join(x, y, (LEFT if x > left else 0) | (RIGHT if x < right else 0), kind)

    def down(self, x: int, top: int, bottom: int, kind: Mapping[int, str] | None = None) -> None:
        """Draw a line from a row down to another one."""
        for y in range(top, bottom + 1):
            self._join(x, y, (UP if y > top else 0) | (DOWN if y < bottom else 0), kind)

    def write(self, x: int, y: int, text: str, style: str = "") -> None:
        """Write over what is there; a wide character takes two cells."""
        for character in text:
            wide = columns(character)
            if not wide:
                continue
            for cell in range(wide):
                self._texts[x + cell, y] = character if cell == 0 else ""
                if style:
                    self._styles[x + cell, y] = style
            x += wide

    def rows(self, paint: Mapping[str, str]) -> list[str]:
        """The rows as text, without spaces at their ends; ``paint`` has what switches a style on, "" what off."""
        found = []
        for y, row in enumerate(self._lines):
            shown, last = "", ""
            for x, mask in enumerate(row):
                style = self._styles.get((x, y), "") if paint else ""
                if style != last:
                    shown += paint[""] + (paint[style] if style else "")
                    last = style
                shown += self._texts[x, y] if (x, y) in self._texts else self._line(x, y, mask)
            found.append(shown + (paint[""] if last else "") if last else shown.rstrip())
        return found

    def _join(self, x: int, y: int, mask: int, kind: Mapping[int, str] | None) -> None:
        if kind is not None and not self._lines[y][x]:
            self._kinds[x, y] = kind
        elif kind is None:
            self._kinds.pop((x, y), None)
        self._lines[y][x] |= mask

    def _line(self, x: int, y: int, mask: int) -> str:
        return self._kinds.get((x, y), {}).get(mask) or _LINES[mask]
