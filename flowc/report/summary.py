"""The last line of a check: how much was found in how many files, and how long it took."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flowc.diagnostic import ERROR, Diagnostic
from flowc.report.paint import Paint


def render(
    diagnostics: Sequence[Diagnostic],
    *,
    files: int,
    seconds: float,
    color: bool = False,
    fixed: int | None = None,
    flows: Collection[str] | None = None,
) -> str:
    """``Found 3 errors, 1 warning in 2 of 41 files (0.09 s). 1 fixable with --fix.`` or ``41 flows OK (0.09 s)``.

    ``files`` is how many were checked, ``seconds`` how long that took, ``fixed`` how many diagnostics were mended
    before, None where nobody asked for that: an edit that is still offered then would do harm. ``flows`` are the names
    of the files that were checked: what was found in others, e.g. in the handlers, is not in one of them.
    """
    paint = Paint(color)
    time = f"({seconds:.2f} s)"
    if not diagnostics:
        return paint.good(_count(files, "flow") + " OK") + f" {time}{f'. {fixed} fixed.' if fixed else ''}\n"
    errors = sum(diagnostic.severity is ERROR for diagnostic in diagnostics)
    warnings = len(diagnostics) - errors
    found = ", ".join(_count(number, word) for number, word in ((errors, "error"), (warnings, "warning")) if number)
    where = f"{_place(diagnostics, flows)} {_count(files, 'file')}"
    fixable = sum(bool(diagnostic.edits) for diagnostic in diagnostics)
    advice = f" {fixable} fixable with --fix." if fixable else ""
    if fixed is not None:
        left = f", {fixable} not: to mend would make another mistake" if fixable else ""
        advice = f" {fixed} fixed{left}." if fixed or left else ""
    return f"{(paint.error if errors else paint.warning)(f'Found {found}')} {where} {time}.{advice}\n"


def _place(diagnostics: Sequence[Diagnostic], flows: Collection[str] | None) -> str:
    touched = {diagnostic.file for diagnostic in diagnostics if flows is None or diagnostic.file in flows}
    return f"in {len(touched)} of" if touched else "outside of"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
