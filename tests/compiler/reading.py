"""What parse and validate say of a text, as lines for comparing."""

from __future__ import annotations

from typing import Any

from flowc.compiler.parse import parse
from flowc.compiler.validate import validate
from flowc.diagnostic import Diagnostic


def parsed(text: str | bytes, file: str = "flow.yaml") -> tuple[Any, list[Diagnostic]]:
    """The value of a text (None where there is no document) and the reports of parse, sorted."""
    document, mistakes = parse(file, text if isinstance(text, bytes) else text.encode())
    return (None if document is None else document.value), sorted(mistakes)


def validated(text: str, file: str = "flow.yaml") -> list[Diagnostic]:
    """The reports of validate, sorted; the text must be readable."""
    document, mistakes = parse(file, text.encode())
    assert document is not None, mistakes
    return sorted(validate(document))


def line(found: Diagnostic) -> str:
    """A report as `FL103 2:1-2:5 message`."""
    place = found.position
    return f"{found.code} {place.line}:{place.column}-{place.end_line}:{place.end_column} {found.message}"


def lines(found: list[Diagnostic]) -> list[str]:
    """Reports as lines."""
    return [line(one) for one in found]


def fixed(text: str, found: list[Diagnostic]) -> str:
    """The text with all edits of the reports applied, last first."""
    starts = [0]
    for part in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(part))
    edits = [edit for one in found for edit in one.edits]
    for edit in sorted(edits, key=lambda one: one.position, reverse=True):
        place = edit.position
        begin, end = starts[place.line - 1] + place.column - 1, starts[place.end_line - 1] + place.end_column - 1
        text = text[:begin] + edit.text + text[end:]
    return text
