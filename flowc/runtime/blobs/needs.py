"""What the engine itself reads of an output or of the run's input: the paths of conditions, maps and ``returns``.

They are known from the definition, and stay in the row when the value goes to a blob. Everything else a handler reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flowc.references import is_reference, parse_reference, references_in


class Needs:
    """What is needed of a value: the whole, itself where it is a scalar, or some of its parts."""

    __slots__ = ("parts", "scalar", "whole")

    def __init__(self) -> None:
        self.parts: dict[str, Needs] = {}
        self.scalar = False
        self.whole = False

    def part(self, key: str) -> Needs:
        """The needs of a part, by its key or index."""
        return self.parts.setdefault(key, Needs())

    def at(self, path: tuple[str, ...]) -> Needs:
        """The needs of what stands at a path."""
        needs = self
        for segment in path:
            needs = needs.part(segment)
        return needs

    def of_element(self, index: int | None) -> Needs | None:
        """What is needed of an element, where this is what is needed of an array; None for nothing."""
        return self if self.whole or index is None else self.parts.get(str(index))


def needs_of(definition: Mapping[str, Any]) -> dict[str, Needs]:
    """What the engine reads of each step's output, and of the ``input``; nothing of those that are not named."""
    found: dict[str, Needs] = {}
    steps = definition["steps"]
    maps = {slug for slug, step in steps.items() if step["kind"] == "map"}
    for step in steps.values():
        source = step.get("map")
        if is_reference(source):
            name, path = parse_reference(source)
            if path or name not in maps:  # the array of a map is in its row, with marks where blobs stand
                found.setdefault(name, Needs()).at(path).whole = True
        else:
            _read_by_template(source, found, maps)
        for key in ("run_if", "run_unless"):
            for pattern in step.get(key, ()):
                for name, wanted in pattern.items():
                    _read_by_pattern(wanted, found.setdefault(name, Needs()))
    _read_by_template(definition.get("returns"), found, maps)
    return found


def _read_by_template(template: Any, found: dict[str, Needs], maps: set[str]) -> None:
    for text in references_in(template):
        name, path = parse_reference(text)
        if len(path) > (name in maps):  # a whole value, also of an element, is passed on by its mark
            found.setdefault(name, Needs()).at(path).whole = True


def _read_by_pattern(pattern: Any, needs: Needs) -> None:
    if isinstance(pattern, dict):
        for key, wanted in pattern.items():
            _read_by_pattern(wanted, needs.part(key))
    elif isinstance(pattern, list):
        needs.whole = True
    else:
        needs.scalar = True


def parts_of(value: Any, needs: Needs) -> Any:
    """A value as the engine may read it in place of the given one: no more of it than is needed.

    Conditions match it just when they match the given one, and what is needed stands at the same paths.
    """
    if needs.whole:
        return value
    if isinstance(value, dict):
        return {key: parts_of(value[key], part) for key, part in needs.parts.items() if key in value}
    if isinstance(value, list):
        return list(_elements(value, needs))
    return value if needs.scalar or not isinstance(value, str) else ""


def _elements(values: list[Any], needs: Needs) -> Iterator[Any]:
    """The needed elements at their places, null in between, and nothing behind the last."""
    indexes = {int(key) for key in needs.parts if key.isdecimal() and key.isascii() and len(key) < 12}
    for index in range(max((index for index in indexes if index < len(values)), default=-1) + 1):
        yield parts_of(values[index], needs.part(str(index))) if index in indexes else None
