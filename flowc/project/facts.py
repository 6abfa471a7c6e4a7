"""The facts of an application's handlers, kept in a file so that flows are checked without importing it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowc.errors import HandlersError

SUFFIX = ".json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of handlers: what ``Handlers.facts`` tells, and where each is written, as ``file:line``."""

    told: dict[str, Any]
    places: dict[str, str]


def read_facts(file: Path) -> Facts:
    """The facts that ``flowc handlers`` wrote.

    Raises:
        HandlersError: the file cannot be read, or holds something else.
    """
    try:
        text = file.read_text(encoding="utf-8")
        told = json.loads(text)
    except OSError as error:
        raise HandlersError(f"cannot read the facts in {file}: {error.strerror}", help=_HOW) from None
    except (ValueError, RecursionError) as error:
        raise HandlersError(f"{file} is not JSON: {error}", help=_HOW) from None
    if not isinstance(told, dict) or not isinstance(told.get("handlers"), dict):
        raise HandlersError(f"{file} does not hold the facts of handlers", help=_HOW)
    if told.get("format") != FORMAT:
        raise HandlersError(
            f"{file} is of the format {told.get('format')!r}; this flowc reads {FORMAT}", help=f"{_HOW} with this flowc"
        )
    for name, fact in told["handlers"].items():
        if not _is_fact(fact):
            raise HandlersError(f"{file} tells of `{name}` what is no fact of a handler", help=_HOW)
    return Facts(told, {name: f"{file}:{_line(text, name)}" for name in told["handlers"]})


_HOW = "write it with `flowc handlers module:attribute -o facts.json`"


def _is_fact(fact: Any) -> bool:
    return (
        isinstance(fact, dict)
        and isinstance(fact.get("parameters"), list)
        and all(map(_is_parameter, fact["parameters"]))
        and isinstance(fact.get("keywords"), bool)
        and isinstance(fact.get("returns"), dict | None)
    )


def _is_parameter(parameter: Any) -> bool:
    return (
        isinstance(parameter, dict)
        and isinstance(parameter.get("name"), str)
        and isinstance(parameter.get("required"), bool)
        and isinstance(parameter.get("schema"), dict | None)
    )


def _line(text: str, name: str) -> int:
    """The line where a handler's facts begin, as they were written."""
    before, found, _ = text.partition(f"\n    {json.dumps(name, ensure_ascii=False)}: {{")
    return before.count("\n") + 2 if found else 1
