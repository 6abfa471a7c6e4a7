"""Random flows, of which the interpreter knows what becomes: the compiler means the same, and claims no more."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from flowc.compiler.build import build
from flowc.compiler.canonicalize import canonicalize
from flowc.compiler.checks.demands import clashes
from flowc.compiler.document import Document, Node
from flowc.compiler.graph import order
from flowc.compiler.model import Flow
from flowc.compiler.source import Source
from flowc.simulate import run_flow
from tests.simulate.random_flows import random_flow, random_input, random_output

DURATIONS = ("timeout", "delay")
DELAYS = ("base_delay", "max_delay")


def _written(definition: dict[str, Any], rng: Random) -> dict[str, Any]:
    """A flow file that says what ``definition`` says, its steps nested and in any order."""
    steps = definition["steps"]
    inside: dict[str | None, list[str]] = {}
    for slug in rng.sample(list(steps), len(steps)):
        inside.setdefault(steps[slug].get("branch"), []).append(slug)

    def mapping_of(branch: str | None) -> dict[str, Any]:
        return {slug: step_of(slug) for slug in inside[branch]}

    def step_of(slug: str) -> dict[str, Any]:
        step = {key: value for key, value in steps[slug].items() if key not in ("kind", "branch")}
        for key in DURATIONS:
            if key in step:
                step[key] = f"{step[key]}ms"
        if "retry" in step:
            step["retry"] = {key: f"{value}ms" if key in DELAYS else value for key, value in step["retry"].items()}
        return {**step, "steps": mapping_of(slug)} if steps[slug]["kind"] == "branch" else step

    return {**definition, "steps": mapping_of(None)}


def _flow(definition: dict[str, Any], rng: Random) -> Flow:
    return build(Document(Source("flow.yaml", ""), _written(definition, rng), Node(0, 0)))


@pytest.mark.parametrize("seed", range(200))
def test_what_the_interpreter_runs_is_what_the_compiler_writes(seed: int) -> None:
    rng = Random(seed)
    definition = random_flow(rng)
    flow = _flow(definition, rng)
    assert canonicalize(flow).body == definition
    assert sorted(order(flow)) == sorted(definition["steps"])


def test_a_step_that_is_said_never_to_run_never_does() -> None:
    said = 0
    for seed in range(400):
        rng = Random(seed)
        definition = random_flow(rng, most_steps=10)
        never = {clash.step.slug for clash in clashes(_flow(definition, rng))}
        said += len(never)
        for _ in range(6 if never else 0):
            assert not never & _ran(definition, rng)
    assert said > 10


def _ran(definition: dict[str, Any], rng: Random) -> set[str]:
    """The steps that completed in a run with random input and outputs."""
    finished = run_flow(definition, _handlers(definition, rng), random_input(rng))
    return {slug for slug, step in finished.steps.items() if step.status == "completed"}


def _handlers(definition: dict[str, Any], rng: Random) -> dict[str, Any]:
    def handler(slug: str) -> Any:
        def handle(**_arguments: Any) -> Any:
            return random_output(rng, definition, slug)

        return handle

    slugs = [slug for slug, step in definition["steps"].items() if step["kind"] != "branch"]
    return {"shared": handler(slugs[0] if slugs else "")} | {slug: handler(slug) for slug in slugs}
