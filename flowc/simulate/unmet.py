"""Why a condition was not met, in words: the first places of its patterns at which the value was another."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flowc.references import INPUT
from flowc.simulate.containment import contains

_LONGEST = 60


def why_unmet(step: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """Why a step's condition was not met, e.g. ```run_if` was not met: website.status was 404``; empty if it was met.

    Args:
        step: the step of a definition.
        values: the outputs of the steps that completed, by slug, and the run's input as ``input``.
    """
    if "run_if" in step and not any(_met(pattern, values) for pattern in step["run_if"]):
        return f"`run_if` was not met: {_joined(_others(step['run_if'], values))}"
    for pattern in step.get("run_unless", ()):
        if _met(pattern, values):
            return f"`run_unless` was met: {_joined(_leaves(pattern, values))}"
    return ""


def conditions_of(step: Mapping[str, Any]) -> set[str]:
    """The slugs whose outputs a step's condition tests."""
    patterns = [*step.get("run_if", ()), *step.get("run_unless", ())]
    return {name for pattern in patterns for name in pattern if name != INPUT}


def _met(pattern: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    return contains(dict(values), dict(pattern))


def _others(patterns: Sequence[Mapping[str, Any]], values: Mapping[str, Any]) -> Iterator[str]:
    """For each pattern, what stood where it first asks for something else."""
    for pattern in patterns:
        yield next(_differences((), pattern, dict(values)))


def _differences(path: tuple[str, ...], pattern: Any, value: Any) -> Iterator[str]:
    if isinstance(pattern, dict) and isinstance(value, dict):
        for key, wanted in pattern.items():
            if key not in value:
                yield _absent((*path, key))
            elif not contains({"": value[key]}, {"": wanted}):
                yield from _differences((*path, key), wanted, value[key])
    else:
        yield f"{'.'.join(path)} was {_short(value)}"


def _leaves(pattern: Any, values: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """What stood where a pattern that was met looks."""
    if isinstance(pattern, dict) and pattern:
        for key, wanted in pattern.items():
            yield from _leaves(wanted, values[key], (*path, key))
    else:
        yield f"{'.'.join(path)} was {_short(values)}"


def _absent(path: tuple[str, ...]) -> str:
    name = ".".join(path)
    return f"{name} has no output" if len(path) == 1 and name != INPUT else f"there was no {name}"


def _joined(parts: Iterator[str]) -> str:
    return ", ".join(dict.fromkeys(parts))


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
