"""Edits that take an element of a list or a key of a mapping out of the text, and leave comments and layout alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowc.compiler.document import Document, Path, Span
    from flowc.diagnostic import Edit


def removal(document: Document, path: Path) -> tuple[Edit, ...]:
    """The edit that removes what stands at ``path``; a list that would be empty goes with its key.

    Nothing where a comment would be lost, or where the layout leaves no doubt-free cut.
    """
    holder: Any = document.value
    for key in path[:-1]:
        holder = holder[key]
    if len(holder) == 1 and type(holder) is list and len(path) > 2:
        return removal(document, path[:-1])
    if document.text[document.span(path[:-1])[0]] in "[{":
        cut = _from_flow_style(document, path, holder)
    else:
        cut = _from_lines(document, path, len(holder))
    return () if cut is None else (document.source.edit(cut, ""),)


def _from_flow_style(document: Document, path: Path, holder: Any) -> Span | None:
    """From the element to the next one; the last one from the end of the one before."""
    keys: Sequence[Any] = list(holder) if type(holder) is dict else range(len(holder))
    place = keys.index(path[-1])  # of a range that is no search
    start, end = _start(document, path), document.span(path)[1]
    if place + 1 < len(keys):
        end = _start(document, (*path[:-1], keys[place + 1]))
    elif place > 0:
        start = document.span((*path[:-1], keys[place - 1]))[1]
    return None if "#" in document.text[start:end] else (start, end)


def _from_lines(document: Document, path: Path, count: int) -> Span | None:
    """The whole lines of the element, if there is nothing else on them."""
    text, source = document.text, document.source
    start, end = _start(document, path), document.span(path)[1]
    line_start = source.line_starts[source.place(start)[0] - 1]
    line_end = source.line_end(end)
    expected = "-" if isinstance(path[-1], int) else ""
    if text[line_start:start].strip() != expected or text[end:line_end].strip() or "#" in text[line_start:end]:
        return None
    if count == 1 or line_end == len(text):
        return None
    line = source.place(line_end)[0]
    return line_start, source.line_starts[line]


def _start(document: Document, path: Path) -> int:
    """Where an element begins: a mapping's with its key."""
    return document.span(path, key=True)[0]
