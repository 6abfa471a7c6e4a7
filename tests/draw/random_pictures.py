"""Random flows as people write them, of up to sixty steps, and texts that try to break out of a picture."""

from __future__ import annotations

from random import Random
from typing import Any

from flowc.draw.picture import SIGNS, Picture, Run, State, picture_of

NAMES = ("fetch", "load_page", "store", "a", "notify_the_user", "check", "sum_of_all_the_parts", "clean_up")
HOSTILE = (
    '"]; end',
    "</title><script>",
    "a\nb",
    "`x`",
    "#quot;",
    "%%{init}%%",
    "direction TB",
    "\\",
    "&amp;",
    "\x1b[2J",
)
MORE_HOSTILE = (
    "style a:#f00;",
    "漢字",
    "\u202eabc",
    "x" * 200,
    "- a",
    "1. b",
    "🙂",
    "]]>",
    "-->",
    "|",
    "\x00",
    "\ud800",
)
_STATES = tuple(State(status) for status in SIGNS)


def random_picture(seed: int, most: int = 60, *, hostile: bool = False) -> Picture:
    """The picture of a random flow; of every third seed with the states of a run."""
    rng = Random(seed)
    steps = _Garden(rng, rng.randint(1, most), hostile).grow()
    run = Run("01a205f7-4cd8-7e91-8d1f-c41b44a70000", "started") if seed % 3 == 0 else None
    states = {slug: _state(rng, step["kind"]) for slug, step in steps.items()} if run else None
    said = {slug: rng.choice(HOSTILE + MORE_HOSTILE) for slug in steps} if hostile else None
    return picture_of({"flow": f"random_{seed}", "steps": steps}, list(steps), said, run, states)


def _state(rng: Random, kind: str) -> State:
    state = rng.choice(_STATES)
    return state._replace(done=rng.randint(0, 9), total=9) if kind == "map" and state.status != "created" else state


class _Garden:
    """Grows steps of which each depends on some of the last ones before it."""

    def __init__(self, rng: Random, count: int, hostile: bool) -> None:
        self.rng = rng
        self.slugs = [f"{rng.choice(NAMES)}_{number}" for number in range(count)][::-1]
        self.steps: dict[str, dict[str, Any]] = {}
        self.available: list[str] = []
        self.hostile = hostile

    def grow(self) -> dict[str, dict[str, Any]]:
        while self.slugs:
            self.add(None, 0)
        return self.steps

    def add(self, branch: str | None, depth: int) -> None:
        rng, slug = self.rng, self.slugs.pop()
        kind = rng.choice(("task", "task", "task", "map", "branch")) if depth < 3 and self.slugs else "task"
        step: dict[str, Any] = {"kind": kind}
        if branch is not None:
            step["branch"] = branch
        if kind == "map":
            step["map"] = rng.choice(("$input.items", [1, 2], f"$input.{self._text()}"))
            step["max_parallel"] = rng.randint(1, 20)
        near = self.available[-6:]
        if near:
            self._add_edges(step, near, 0.6 if kind == "branch" else 0.15)
        self.steps[slug] = step
        if kind == "branch":
            for _ in range(min(rng.randint(1, 6), len(self.slugs))):
                if self.slugs:
                    self.add(slug, depth + 1)
        self.available.append(slug)

    def _add_edges(self, step: dict[str, Any], near: list[str], likely: float) -> None:
        rng = self.rng
        tested = [slug for slug in near if self.steps[slug]["kind"] != "branch"]
        conditions: set[str] = set()
        if tested and rng.random() < likely:
            name = rng.choice(tested)
            conditions = {name}
            step[rng.choice(("run_if", "run_unless"))] = [{name: {self._text(): self._text()}}]
        joins = set(rng.sample(near, min(rng.choice((0, 1, 1, 1, 2, 3)), len(near)))) - conditions
        if joins:
            step["depends_on"] = sorted(joins)
            if rng.random() < 0.2:
                step["join"] = rng.choice(("any", "none", "settled"))

    def _text(self) -> str:
        return self.rng.choice(HOSTILE + MORE_HOSTILE) if self.hostile else self.rng.choice(("status", "n", "ok"))
