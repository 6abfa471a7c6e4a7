"""References (`$website.text`): the one grammar, shared by the compiler, the worker and the simulator.

A scalar that begins with ``$`` is a reference, ``$$x`` is the literal ``$x``. A segment is one or more
characters other than a dot; all digits is an index in an array and a key in an object. A path that leads
nowhere is null, never an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

# The names that are not slugs: the run's input, a map's element and its index.
INPUT, ITEM, INDEX = "input", "item", "index"


class Reference(NamedTuple):
    """``$name.key.0``: a name and the path below it."""

    name: str
    path: tuple[str, ...]


def is_reference(value: object) -> bool:
    """Whether a value of a template stands for another one (``$x``; not ``$$x``)."""
    return isinstance(value, str) and value.startswith("$") and not value.startswith("$$")


@lru_cache(maxsize=4096)
def parse_reference(text: str) -> Reference:
    """The reference that ``text`` writes.

    Raises:
        ValueError: the text is no reference: an empty name or an empty segment.
    """
    name, *path = text[1:].split(".")
    if text[:1] != "$" or not name or "" in path:
        raise ValueError(text)
    return Reference(name, tuple(path))


def references_in(template: object) -> Iterator[str]:
    """The texts of all references at any depth of a template, in its order, repeats included."""
    if isinstance(template, str):
        if is_reference(template):
            yield template
    elif isinstance(template, dict):
        for value in template.values():
            yield from references_in(value)
    elif isinstance(template, list):
        for value in template:
            yield from references_in(value)


def look_up(value: Any, path: tuple[str, ...]) -> Any:
    """What stands at ``path`` in a JSON value; None where the path leads nowhere."""
    for segment in path:
        if isinstance(value, dict):
            value = value.get(segment)
        elif isinstance(value, list) and segment.isdecimal() and segment.isascii():
            index = int(segment) if len(segment) < 12 else len(value)
            value = value[index] if index < len(value) else None
        else:
            return None
    return value


def resolve(template: Any, value_of: Callable[[str], Any]) -> Any:
    """The template with each reference replaced by what it stands for; ``value_of(name)`` gives the roots."""
    if isinstance(template, str):
        if is_reference(template):
            name, path = parse_reference(template)
            return look_up(value_of(name), path)
        return template[1:] if template.startswith("$$") else template
    if isinstance(template, dict):
        return {key: resolve(value, value_of) for key, value in template.items()}
    if isinstance(template, list):
        return [resolve(value, value_of) for value in template]
    return template
