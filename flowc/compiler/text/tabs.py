"""Tabs that indent: where they are, and the spaces in their place."""

from __future__ import annotations

import re

from flowc.compiler.checks.text.tab_indent import RULE as TAB_INDENT
from flowc.compiler.document import Span
from flowc.compiler.source import Source
from flowc.diagnostic import Diagnostic

_INDENTATION = re.compile(r"(?<![^\r\n])[ ]*\t[ \t]*(?=[^ \t\r\n])")
_TABS = re.compile(r"\t+")
_TAB = "  "
# A line after which a block text begins.
_HEADER = re.compile(r"(?:^|[ \t])[|>][-+]?[ \t]*(?:[ \t]#.*)?$")


def tabs_of(text: str) -> list[Span]:
    """The indentations that have a tab in them; those inside of quoted and block texts too."""
    return [found.span() for found in _INDENTATION.finditer(text)] if "\t" in text else []


def tab_mistake(source: Source, span: Span) -> Diagnostic:
    """The report on an indentation with tabs, or on a tab that stands where an indentation begins."""
    if _begins_text(source, span):
        return source.diagnose(
            TAB_INDENT,
            span,
            "tab used for indentation; YAML needs spaces",
            help="indent with spaces; where the tab is of the text, write `|2`: two more spaces than its key has",
        )
    return source.diagnose(
        TAB_INDENT,
        span,
        "tab used for indentation; YAML needs spaces",
        help="indent with spaces, two for each level",
        edits=[source.edit(span, source.text[slice(*span)].replace("\t", _TAB))],
    )


def _begins_text(source: Source, span: Span) -> bool:
    """Whether spaces and a tab begin a block text, and the tab may be of it."""
    if source.text[span[0]] != " ":
        return False
    number = source.place(span[0])[0] - 1
    line = source.text[source.line_starts[number] : span[0]]
    while not line.strip() and number > 0:
        number -= 1
        line = source.text[source.line_starts[number] : source.line_starts[number + 1]]
    return _HEADER.search(line.rstrip()) is not None


def tabs_from(source: Source, offset: int) -> list[Diagnostic]:
    """The reports where a parser stopped at the tab at ``offset``: on its line, and on later ones that begin so."""
    text = source.text
    mistakes = []
    indentations = tabs_of(text)
    if not any(start <= offset < end for start, end in indentations):
        stretch = _TABS.search(text, offset)
        if stretch is not None:
            mistakes.append(tab_mistake(source, stretch.span()))
    for start, end in indentations:
        if start <= offset < end or (start > offset and text[start] == "\t"):
            mistakes.append(tab_mistake(source, (start, end)))
    return mistakes
