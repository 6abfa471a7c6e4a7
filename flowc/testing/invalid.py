"""A flow file with mistakes, as a failed test."""

from __future__ import annotations

from flowc.compiler.definition import Definition
from flowc.compiler.pipeline import Compilation
from flowc.diagnostic import Diagnostic
from flowc.report.concise import render


class InvalidFlow(AssertionError):
    """A flow file with mistakes; its text is the report, ``diagnostics`` are the mistakes."""

    def __init__(self, report: str, diagnostics: list[Diagnostic]) -> None:
        super().__init__(report)
        self.diagnostics = diagnostics


def definition_in(compilation: Compilation) -> Definition:
    """The definition of a compiled flow file; raises InvalidFlow if it has mistakes."""
    if compilation.definition is None:
        sources = {compilation.file: compilation.document.text} if compilation.document else {}
        report = render(compilation.diagnostics, sources, color=False, width=120)
        raise InvalidFlow(f"{compilation.file} has mistakes\n{report}", compilation.diagnostics)
    return compilation.definition
