"""Operators on the shape and the text: kinds of values, durations, choices, and what is no YAML."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.compiler.mutations.mutation import Flow, Mutation, branches_of, choose, steps_of, tasks_of
from tests.compiler.placed_yaml import Path, Raw

_DURATIONS = (60, "60", "5 minutes", "1h30m", "-5s", "5x", "", 1.5, "PT5M", "0.5h", True)
_WRONG: dict[str, tuple[Any, ...]] = {
    "with": ([], "text", 5),
    "output": ("string", [], 5),
    "retry": (3, "often", []),
    "depends_on": ("website", {"website": None}, 5),
    "handler": (5, {"name": "x"}, [5]),
    "map": (5, "pages", {"a": 1}),
    "queue": (5, [], True),
    "description": (5, [], {}),
    "run_if": (5, True, [5]),
}
_OUT_OF_RANGE: tuple[tuple[tuple[str, ...], Any], ...] = (
    (("retry", "max_attempts"), 0),
    (("retry", "max_attempts"), 101),
    (("retry", "jitter"), 1.5),
    (("priority",), 1000),
    (("timeout",), "0s"),
)
_NO_YAML = (
    '"never closed',
    "'never closed",
    "[a, b",
    "{a: b",
    "a: b: c",
    "@here",
    "`tick`",
    '"a" b',
    '"\\q"',
    "]",
)
_REFUSED = ("&x a", "*x", "!t a", "!!str 5", "{{ x.y }}", "${{ x.y }}", ".nan", "-.inf", "9" * 20, '"a\\0b"', "1e999")
_DOUBTFUL = ("yes", "Off", "010", "1_000", "22:30", "2024-01-01")


def bad_duration(flow: Flow, rng: Random) -> Mutation | None:
    """`timeout: 60`."""
    key = rng.choice((("timeout",), ("delay",), ("retry", "base_delay"), ("retry", "max_delay")))
    return _set(flow, rng, key, rng.choice(_DURATIONS))


def out_of_range(flow: Flow, rng: Random) -> Mutation | None:
    """`max_attempts: 0`."""
    return _set(flow, rng, *rng.choice(_OUT_OF_RANGE))


def _set(flow: Flow, rng: Random, key: tuple[str, ...], value: Any) -> Mutation:
    found = choose(rng, tasks_of(flow))
    path: Path = found.path
    holder = found.step
    for name in key[:-1]:
        holder = holder.setdefault(name, {})
    holder[key[-1]] = value
    return Mutation().at((*path, *key))


def bad_choice(flow: Flow, rng: Random) -> Mutation | None:
    """`join: al`."""
    key, values = rng.choice(
        [
            ("join", ("al", "ANY", "one", "true", 1)),
            ("on_failure", ("skp", "continue", "failed")),
            ("on_unmet", ("skipped", "error", "")),
        ]
    )
    found = choose(rng, tasks_of(flow))
    found.step[key] = rng.choice(values)
    return Mutation().at((*found.path, key))


def wrong_kind_of_value(flow: Flow, rng: Random) -> Mutation | None:
    """`retry: 3`, `depends_on: website`, a step that is a number."""
    found = choose(rng, tasks_of(flow))
    key = rng.choice([*_WRONG])
    found.step[key] = rng.choice(_WRONG[key])
    return Mutation().at((*found.path, key))


def key_of_another_kind(flow: Flow, rng: Random) -> Mutation | None:
    """A branch with a handler, a task with `max_parallel`."""
    found = choose(rng, steps_of(flow))
    if "steps" in found.step:
        key, value = rng.choice((("handler", "x"), ("with", {}), ("timeout", "5s"), ("map", [1]), ("max_parallel", 2)))
    elif "map" in found.step:
        return None
    else:
        key, value = "max_parallel", 2
    found.step[key] = value
    return Mutation().at((*found.path, key), "key")


def empty_branch(flow: Flow, rng: Random) -> Mutation | None:
    """`steps: {}`."""
    found = choose(rng, branches_of(flow))
    if found is None:
        return None
    found.step["steps"] = rng.choice(({}, []))
    return Mutation().at((*found.path, "steps"))


def steps_as_list(flow: Flow, rng: Random) -> Mutation | None:
    """`steps: [a, b]`."""
    found = choose(rng, branches_of(flow))
    path: Path = ("steps",) if found is None else (*found.path, "steps")
    holder = flow if found is None else found.step
    holder["steps"] = [*holder["steps"]]
    return Mutation().at(path)


def forget_top_key(flow: Flow, rng: Random) -> Mutation | None:
    """No `flow`, no `steps`; the report is at the first key there is."""
    del flow[rng.choice(("flow", "steps"))]
    return Mutation().at((next(iter(flow)),), "key")


def no_yaml(flow: Flow, rng: Random) -> Mutation | None:
    """A quote or a bracket that is never closed, a character that nothing can begin with."""
    return _brackets(_raw(flow, rng, _NO_YAML))


def refused_yaml(flow: Flow, rng: Random) -> Mutation | None:
    """Anchors, tags, templates, numbers that JSON has not."""
    return _raw(flow, rng, _REFUSED)


def doubtful_yaml(flow: Flow, rng: Random) -> Mutation | None:
    """What other tools read as something else."""
    return _raw(flow, rng, _DOUBTFUL)


def _raw(flow: Flow, rng: Random, texts: tuple[str, ...]) -> Mutation:
    found = choose(rng, tasks_of(flow))
    name = rng.choice([*found.step["with"]])
    found.step["with"][name] = Raw(rng.choice(texts))
    return Mutation().at((*found.path, "with", name), "whole")


def _brackets(mutation: Mutation) -> Mutation:
    """Where a bracket is missing, it may be that of the mapping around."""
    [(path, _)] = mutation.places
    return mutation.at(path[:-1])
