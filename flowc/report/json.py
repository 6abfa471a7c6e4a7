"""The report for programs: a JSON list of objects, stable and documented."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from flowc.diagnostic import Diagnostic


def render(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, str], *, color: bool = False, width: int | None = None
) -> str:
    """A list of ``{code, rule, severity, message, file, line, column, end_line, end_column, help}``, in ASCII."""
    return json.dumps([_entry(diagnostic) for diagnostic in diagnostics], indent=2) + "\n"


def _entry(diagnostic: Diagnostic) -> dict[str, str | int | None]:
    position = diagnostic.position
    return {
        "code": diagnostic.code,
        "rule": diagnostic.rule.name,
        "severity": str(diagnostic.severity),
        "message": diagnostic.message,
        "file": diagnostic.file,
        "line": position.line,
        "column": position.column,
        "end_line": position.end_line,
        "end_column": position.end_column,
        "help": diagnostic.help,
    }
