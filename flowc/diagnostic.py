"""One author's mistake, as a value: which rule, where, what was found, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How bad a diagnostic is: an error stops the compiler, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


ERROR = Severity.ERROR
WARNING = Severity.WARNING


class Position(NamedTuple):
    """A stretch of text: 1-based lines and columns in code points, the end exclusive, a BOM not counted."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Rule:
    """What a diagnostic is an instance of: a stable code, a kebab-case name, a severity, and whether --fix mends it."""

    code: str
    name: str
    severity: Severity = ERROR
    fixable: bool = False


class Related(NamedTuple):
    """A second place that explains the first, e.g. where a step was declared; ``file`` where it is another one."""

    position: Position
    label: str
    file: str | None = None


class Edit(NamedTuple):
    """A replacement of the text at ``position`` that mends the mistake."""

    position: Position
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake at one place.

    ``message`` says what was found, ``label`` stands beside the caret, ``help`` says what to do;
    names in backticks are the author's.
    """

    rule: Rule
    file: str
    position: Position
    message: str
    label: str = ""
    help: str | None = None
    related: tuple[Related, ...] = ()
    edits: tuple[Edit, ...] = ()

    @property
    def code(self) -> str:
        """The rule's stable code, e.g. ``FL301``."""
        return self.rule.code

    @property
    def severity(self) -> Severity:
        """The rule's severity."""
        return self.rule.severity

    def __lt__(self, other: Diagnostic) -> bool:
        """Order of a report: by file, place, code, message."""
        return self._key() < other._key()

    def _key(self) -> tuple[str, Position, str, str]:
        return self.file, self.position, self.rule.code, self.message
