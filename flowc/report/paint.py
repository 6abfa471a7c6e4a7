"""The colours of the reports, or none."""

from __future__ import annotations

from dataclasses import dataclass

_RESET = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Paint:
    """Puts text into colour if ``on``, else leaves it as it is."""

    on: bool = False

    def error(self, text: str) -> str:
        """What is wrong."""
        return self._in("1;31", text)

    def warning(self, text: str) -> str:
        """What may be wrong."""
        return self._in("1;33", text)

    def good(self, text: str) -> str:
        """What is in order."""
        return self._in("32", text)

    def margin(self, text: str) -> str:
        """What frames the author's lines."""
        return self._in("34", text)

    def strong(self, text: str) -> str:
        """What is read first."""
        return self._in("1", text)

    def _in(self, style: str, text: str) -> str:
        return f"\x1b[{style}m{text}{_RESET}" if self.on and text else text
