"""Diagnostics as rows of JSON and back, each rule written once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowc.diagnostic import Diagnostic, Position

Row = list[Any]


def rows_of(diagnostics: Sequence[Diagnostic]) -> list[Row]:
    """What `diagnostics_of` takes; the name of the file that they are in is left out."""
    return [_row(diagnostic) for diagnostic in diagnostics]


def diagnostics_of(rows: Sequence[Row], file: str) -> list[Diagnostic]:
    """The diagnostics of a file.

    Raises:
        ValueError, TypeError: the rows are none of ours.
    """
    if not rows:
        return []
    from flowc.diagnostic import Diagnostic, Edit, Position, Related, Rule, Severity

    found = []
    for (code, name, severity, fixable), place, message, label, advice, related, edits in rows:
        found.append(
            Diagnostic(
                Rule(code, name, Severity(severity), fixable),
                file,
                Position(*place),
                message,
                label,
                advice,
                tuple(Related(Position(*at), said, other) for at, said, other in related),
                tuple(Edit(Position(*at), text) for at, text in edits),
            )
        )
    return found


def _row(one: Diagnostic) -> Row:
    rule = one.rule
    return [
        [rule.code, rule.name, str(rule.severity), rule.fixable],
        _place(one.position),
        one.message,
        one.label,
        one.help,
        [[_place(each.position), each.label, each.file] for each in one.related],
        [[_place(each.position), each.text] for each in one.edits],
    ]


def _place(position: Position) -> list[int]:
    return [position.line, position.column, position.end_line, position.end_column]
