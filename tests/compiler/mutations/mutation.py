"""A broken flow, what was broken in it, and how the operators find their way around a flow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal, NamedTuple

from tests.compiler.placed_yaml import Path

Part = Literal["key", "value", "whole"]
Flow = dict[str, Any]


@dataclass(slots=True)
class Mutation:
    """Where a flow was broken: a report has to be at one of ``places``, or, if ``elsewhere``, may point to one."""

    places: list[tuple[Path, Part]] = field(default_factory=list)
    elsewhere: bool = False

    def at(self, path: Path, part: Part = "value") -> Mutation:
        """Add a place."""
        self.places.append((path, part))
        return self


# Breaks the flow that it is given; None where that flow has nothing of the kind.
Operator = Callable[[Flow, Random], Mutation | None]


class Found(NamedTuple):
    """A step with its path and the slugs of the branches around it."""

    path: Path
    step: dict[str, Any]
    around: tuple[str, ...]

    @property
    def slug(self) -> str:
        return str(self.path[-1])


class Mentioned(NamedTuple):
    """A place that names a step or the input: a reference, a key of a pattern, or an element of `depends_on`."""

    path: Path
    part: Part
    name: str
    fields: tuple[str, ...]


def steps_of(flow: Flow) -> list[Found]:
    """All steps, branches before what is in them."""
    return list(_steps(flow["steps"], ("steps",), ()))


def _steps(steps: dict[str, Any], path: Path, around: tuple[str, ...]) -> Iterator[Found]:
    for slug, step in steps.items():
        yield Found((*path, slug), step, around)
        if "steps" in step:
            yield from _steps(step["steps"], (*path, slug, "steps"), (*around, slug))


def tasks_of(flow: Flow) -> list[Found]:
    """The steps that are no branches."""
    return [found for found in steps_of(flow) if "steps" not in found.step]


def branches_of(flow: Flow) -> list[Found]:
    """The branches."""
    return [found for found in steps_of(flow) if "steps" in found.step]


def mentions_of(flow: Flow) -> list[Mentioned]:
    """All that is named anywhere, with the fields below it."""
    found: list[Mentioned] = []
    for path, step, _ in steps_of(flow):
        for key in ("with", "map"):
            found += _references(step.get(key), (*path, key))
        for key in ("run_if", "run_unless"):
            for name, inner in step.get(key, {}).items():
                [(asked, _)] = inner.items()
                found.append(Mentioned((*path, key, name), "key", name, (asked,)))
        found += [
            Mentioned((*path, "depends_on", index), "value", slug, ())
            for index, slug in enumerate(step.get("depends_on", ()))
        ]
    return found + list(_references(flow.get("returns"), ("returns",)))


def _references(value: Any, path: Path) -> Iterator[Mentioned]:
    if isinstance(value, str) and value.startswith("$"):
        name, *fields = value[1:].split(".")
        yield Mentioned(path, "value", name, tuple(fields))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _references(inner, (*path, key))


def references_of(flow: Flow, *, inputs: bool = True) -> list[Mentioned]:
    """The references to fields of steps (and of the input)."""
    found = [one for one in mentions_of(flow) if one.part == "value" and one.fields and one.name != "item"]
    return [one for one in found if inputs or one.name != "input"]


def holder_of(flow: Flow, path: Path) -> Any:
    """What holds the value at ``path``."""
    value: Any = flow
    for key in path[:-1]:
        value = value[key]
    return value


def put(flow: Flow, path: Path, value: Any) -> None:
    """Replace the value at ``path``."""
    holder_of(flow, path)[path[-1]] = value


def rename(flow: Flow, path: Path, name: str) -> Path:
    """Give the key at the end of ``path`` another name, in its place; the new path."""
    holder = holder_of(flow, path)
    entries = [(name if key == path[-1] else key, value) for key, value in holder.items()]
    holder.clear()
    holder.update(entries)
    return (*path[:-1], name)


def misspelt(word: str, rng: Random, known: object = ()) -> str:
    """The word with one slip: a letter dropped, doubled, changed, or swapped with its neighbour."""
    while True:
        at = rng.randrange(1, len(word)) if len(word) > 1 else 0
        slips = (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + "q" + word[at + 1 :],
            word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :],
        )
        found = rng.choice(slips)
        if found != word and found and found not in known and not found[0].isdigit():  # type: ignore[operator]
            return found


def choose(rng: Random, found: list[Any]) -> Any:
    """One of them; None if there is none."""
    return rng.choice(found) if found else None
