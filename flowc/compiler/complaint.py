"""What is wrong with a value, before it is known where the value stands."""

from __future__ import annotations

from typing import Any, NamedTuple

from flowc.compiler.document import Path
from flowc.diagnostic import Rule

_SHOWN = 40


class Complaint(NamedTuple):
    """A mistake in a value: ``path`` leads from the value to the place, ``on_key`` means the key there.

    ``instead`` is the text that mends it, in the place of the value or of the key.
    """

    rule: Rule
    message: str
    label: str = ""
    help: str | None = None
    path: Path = ()
    on_key: bool = False
    instead: str | None = None

    def below(self, *steps: str | int) -> Complaint:
        """The same complaint, seen from a value around."""
        return self._replace(path=(*steps, *self.path))


def got(value: Any) -> str:
    """A value as messages name it: `integer 5`, `string "x"`, `a list`, `nothing`."""
    if value is None:
        return "nothing"
    if type(value) is bool:
        return f"boolean {str(value).lower()}"
    if type(value) in (int, float):
        return f"{'integer' if type(value) is int else 'number'} {value}"
    if type(value) is str and len(value) <= _SHOWN and value.isprintable():
        return f'string "{value}"'
    return "a string" if type(value) is str else "a list" if type(value) is list else "a mapping"
