"""The report as annotations of a pull request: a workflow command of GitHub Actions a mistake."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flowc.diagnostic import Diagnostic
from flowc.report.visible import visible


def render(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, str], *, color: bool = False, width: int | None = None
) -> str:
    """``::error file=…,line=…,…::message``, a line each, in which nothing of an author's can begin another command."""
    return "".join(f"{_command(diagnostic)}\n" for diagnostic in diagnostics)


def _command(diagnostic: Diagnostic) -> str:
    position = diagnostic.position
    properties: dict[str, str | int] = {
        "file": diagnostic.file,
        "line": position.line,
        "endLine": position.end_line,
        "title": f"{diagnostic.code} {diagnostic.rule.name}",
    }
    # GitHub takes columns, the last one included, only where the annotation is on one line.
    if position.line == position.end_line:
        properties["col"] = position.column
        properties["endColumn"] = max(position.end_column - 1, position.column)
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    message = f"{diagnostic.message}; {diagnostic.help}" if diagnostic.help else diagnostic.message
    return f"::{diagnostic.severity} {listed}::{_data(message)}"


def _data(text: str) -> str:
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
