"""Random flows, inputs and outputs: valid definitions of up to eight steps, from a seed or drawn by hypothesis."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from flowc.references import parse_reference, references_in

# Mixed case, so that the order of slugs is seen to be that of bytes; the order of creation is shuffled.
SLUGS = ("a", "B", "c", "D", "e", "F", "g", "H", "i", "J", "k", "L")
DEPTH = 3
SCALARS = (None, 0, 1, 1.0, 2, True, False, "", "x")
VALUES = (
    *SCALARS,
    [],
    [1],
    [1, 2],
    ["x", None, 0],
    [[1], {"n": 1}],
    {},
    {"n": 1},
    {"n": None},
    {"n": [1, 2], "ok": True},
    {"n": [], "ok": False},
    {"n": {"n": [0]}},
)
COMMON = (1, 1, {"n": 1}, {"n": 1}, [1, 2])  # drawn more often, so that conditions are met now and then
LISTS = ([], [1], [1, 2], ["x", None, 0], [{"n": 1}, [2], False])
REMARKABLE = 0.25

Steps = dict[str, dict[str, Any]]


def flows(most_steps: int = 8) -> SearchStrategy[dict[str, Any]]:
    """Definitions of random flows, for hypothesis."""
    return st.randoms(use_true_random=False).map(lambda rng: random_flow(rng, most_steps=most_steps))


def random_flow(
    rng: Random, slug: str = "random_flow", most_steps: int = 8, remarkable: float = REMARKABLE
) -> dict[str, Any]:
    """A definition as the compiler writes it; the jitter of every step is 0, so that all moments are certain.

    ``remarkable`` is how often a step says one of the rarer things; at 0 it is a task that waits for one or two others.
    """
    definition: dict[str, Any] = {"flow": slug}
    if rng.random() < remarkable:
        definition["input"] = {"properties": {"items": {"default": [1, 2]}, "n": {}}, "type": "object"}
    if rng.random() < 0.1:
        definition["secrets"] = ["TOKEN"]
    steps = _Garden(rng, most_steps, remarkable).grow()
    if rng.random() < 0.5:
        definition["returns"] = _template(rng, [slug for slug, step in steps.items() if step["kind"] != "branch"])
    return {**definition, "steps": steps}


def random_input(rng: Random) -> dict[str, Any]:
    """An input for any random flow."""
    value: dict[str, Any] = {}
    if rng.random() < 0.6:
        value["n"] = _value(rng)
    if rng.random() < 0.85:
        value["items"] = rng.choice(LISTS)
    return value


def random_output(rng: Random, definition: dict[str, Any], slug: str) -> Any:
    """An output for a task of a step: mostly one over which the maps that refer to it can map."""
    references = [step["map"] for step in definition["steps"].values() if isinstance(step.get("map"), str)]
    paths = [parse_reference(text).path for text in references if parse_reference(text).name == slug]
    if not paths or definition["steps"][slug]["kind"] == "map" or rng.random() < 0.1:
        return _value(rng)
    items = rng.choice(LISTS)
    return {"n": items} if rng.choice(paths) else items


def canonical(value: Any) -> str:
    """The text by which the compiler sorts."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


class _Garden:
    """Grows steps one after the other; each depends on earlier ones only, so the order of growth is topological."""

    def __init__(self, rng: Random, most_steps: int, remarkable: float) -> None:
        self.rng = rng
        self.remarkable = remarkable
        self.steps: Steps = {}
        self.slugs = rng.sample(SLUGS[: max(most_steps, 1)], rng.randint(1, most_steps))
        self.available: list[str] = []  # what a new step may depend on: steps, and branches that are finished

    def grow(self) -> Steps:
        while self.slugs:
            self.add(None, 0)
        return self.steps

    def add(self, branch: str | None, depth: int) -> None:
        slug = self.slugs.pop()
        kind = self.rng.choice(("task", "task", "map", "branch") if self.remarkable else ("task",))
        if kind == "branch" and (depth == DEPTH or not self.slugs):
            kind = "task"
        step: dict[str, Any] = {"kind": kind}
        if branch is not None:
            step["branch"] = branch
        self._add_conditions(step)
        if kind != "branch":
            self._add_work(step, slug)
        self._add_joins(step)
        self.steps[slug] = dict(sorted(step.items()))
        if kind == "branch":
            for _ in range(self.rng.randint(1, min(4, len(self.slugs)))):
                if self.slugs:
                    self.add(slug, depth + 1)
        self.available.append(slug)

    @property
    def sources(self) -> list[str]:
        """The steps that have outputs to refer to."""
        return [slug for slug in self.available if self.steps[slug]["kind"] != "branch"]

    def _add_conditions(self, step: dict[str, Any]) -> None:
        for key in ("run_if", "run_unless"):
            if self.rng.random() < self.remarkable:
                patterns = {canonical(pattern): pattern for pattern in self._patterns()}
                step[key] = [patterns[text] for text in sorted(patterns)]
        if ("run_if" in step or "run_unless" in step) and self.rng.random() < 0.1:
            step["on_unmet"] = "fail"

    def _patterns(self) -> list[dict[str, Any]]:
        names = [*self.sources, "input"]
        return [
            {name: self._pattern(name) for name in self.rng.sample(names, min(len(names), self.rng.choice((1, 1, 2))))}
            for _ in range(self.rng.choice((1, 1, 1, 2)))
        ]

    def _pattern(self, name: str) -> Any:
        value = _as_pattern(_value(self.rng))
        return {"n": value} if name == "input" else value

    def _add_joins(self, step: dict[str, Any]) -> None:
        conditions = {name for pattern in (*step.get("run_if", ()), *step.get("run_unless", ())) for name in pattern}
        explicit = self._parents()
        referred = {parse_reference(text).name for text in references_in([step.get("with"), step.get("map")])}
        implied = {name for name in referred if name in self.steps} - self._waited_for(step.get("branch"))
        joins = sorted(({*explicit} | implied) - conditions)
        if joins:
            step["depends_on"] = joins
            join = self.rng.choice(("all", "all", "any", "none", "settled") if self.remarkable else ("all",))
            if join != "all":
                step["join"] = join

    def _parents(self) -> list[str]:
        among = self.available if self.remarkable else self.available[-2:]
        count = self.rng.choice((0, 1, 1, 2, 3) if self.remarkable else (1, 1, 1, 2))
        return self.rng.sample(among, min(len(among), count))

    def _waited_for(self, branch: str | None) -> set[str]:
        """What the enclosing branches wait for: a reference to it inside is a value and no edge."""
        found: set[str] = set()
        while branch is not None:
            step = self.steps[branch]
            found |= {*step.get("depends_on", ())}
            found |= {name for pattern in (*step.get("run_if", ()), *step.get("run_unless", ())) for name in pattern}
            branch = step.get("branch")
        return found

    def _add_work(self, step: dict[str, Any], slug: str) -> None:
        rng = self.rng
        retry = {"max_attempts": rng.choice((1, 2, 3)), "base_delay": rng.choice((1000, 1500)), "jitter": 0}
        defaults = {"max_attempts": 3, "base_delay": 1000}
        step["retry"] = {key: value for key, value in retry.items() if defaults.get(key) != value}
        rare = {
            "on_failure": ["skip", "skip"],
            "delay": [2000],
            "timeout": [5000],
            "queue": ["slow"],
            "priority": [-1, 1, 2],
            "handler": ["shared", ["shared", slug]],
            "with": [_template(rng, self.sources)],
        }
        for key, values in rare.items():
            if rng.random() < self.remarkable * (2 if key == "on_failure" else 1):
                step[key] = rng.choice(values)
        if step["kind"] == "map":
            step["map"] = self._map_source()
            if rng.random() < 0.5:
                step["max_parallel"] = rng.choice((1, 2))

    def _map_source(self) -> Any:
        choice = self.rng.random()
        if self.sources and choice < 0.6:
            return f"${self.rng.choice(self.sources)}" + self.rng.choice(("", ".n"))
        if choice < 0.8:
            return "$input.items"
        if self.sources and choice < 0.9:
            return [f"${self.rng.choice(self.sources)}.n", "$input.n", "$$x", 1]
        return self.rng.choice(LISTS)


def _template(rng: Random, slugs: list[str]) -> dict[str, Any]:
    """A template of references to steps and the input, and of literals."""
    leaves = ["$input", "$input.n", "$$x", 5, *(f"${slug}{path}" for slug in slugs for path in ("", ".n", ".n.0"))]
    return {
        key: rng.choice((rng.choice(leaves), [rng.choice(leaves)], {"deep": rng.choice(leaves)}))
        for key in rng.sample(("x", "y", "z"), rng.randint(1, 2))
    }


def _value(rng: Random) -> Any:
    return rng.choice(COMMON if rng.random() < 0.5 else VALUES)


def _as_pattern(value: Any) -> Any:
    """A value as the compiler writes it in a pattern: arrays sorted, each element once."""
    if isinstance(value, dict):
        return {key: _as_pattern(item) for key, item in value.items()}
    if isinstance(value, list):
        items = {canonical(item): item for item in map(_as_pattern, value)}
        return [items[text] for text in sorted(items)]
    return value
