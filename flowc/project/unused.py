"""The rule that holds registered handlers against all flows of a project: FL319."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from flowc.compiler.checks.references.unused_handler import RULE
from flowc.compiler.did_you_mean import did_you_mean
from flowc.diagnostic import Diagnostic, Position
from flowc.project.checked import Checked

_DEFINITION = re.compile(r"[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)")
# A decorator goes before the line that names the function; so far that line is looked for.
_DECORATORS = 20


def check_unused(flows: Sequence[Checked], places: Mapping[str, str]) -> tuple[list[Diagnostic], dict[str, str]]:
    """The handlers that no flow calls, and the texts of the files that hold them.

    ``places`` are the registered names, each with the ``file:line`` of its callable. Nothing is said where a flow
    could not be read: it may be the one that calls.
    """
    called: set[str] = set()
    for flow in flows:
        if flow.calls is None:
            return [], {}
        called.update(flow.calls)
    sources: dict[str, str] = {}
    found = []
    for name in sorted(places.keys() - called):
        file, position = _position(places[name], sources)
        near = did_you_mean(name, called - places.keys())
        found.append(
            Diagnostic(
                RULE,
                file,
                position,
                f"the handler `{name}` is registered, and no flow calls it",
                label="never called",
                help=near or "call it, or do not register it",
            )
        )
    return sorted(found), sources


def _position(place: str, sources: dict[str, str]) -> tuple[str, Position]:
    """Where a callable's name stands; its line where that cannot be told, the first where nothing can."""
    file, _, number = place.rpartition(":")
    line = int(number) if number.isdecimal() else 1
    if file not in sources:
        try:
            sources[file] = Path(file).read_text(encoding="utf-8")
        except (OSError, ValueError):
            sources[file] = ""
    lines = sources[file].split("\n")
    for at, text in enumerate(lines[line - 1 : line - 1 + _DECORATORS], line):
        definition = _DEFINITION.match(text)
        if definition is not None:
            return file, Position(at, definition.start(1) + 1, at, definition.end(1) + 1)
    return file or place, Position(line, 1, line, 1)
