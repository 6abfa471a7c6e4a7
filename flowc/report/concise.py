"""The report for editors and terminals of few lines: one line a mistake."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flowc.diagnostic import ERROR, Diagnostic
from flowc.report.paint import Paint
from flowc.report.visible import visible


def render(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, str], *, color: bool = False, width: int | None = None
) -> str:
    """``file:line:column: error[FL301] message (help)``, a line each."""
    paint = Paint(color)
    return "".join(f"{_line(diagnostic, paint)}\n" for diagnostic in diagnostics)


def _line(diagnostic: Diagnostic, paint: Paint) -> str:
    position = diagnostic.position
    kind = paint.error if diagnostic.severity is ERROR else paint.warning
    place = f"{visible(diagnostic.file)}:{position.line}:{position.column}"
    advice = f" ({visible(diagnostic.help)})" if diagnostic.help else ""
    return f"{place}: {kind(f'{diagnostic.severity}[{diagnostic.code}]')} {visible(diagnostic.message)}{advice}"
