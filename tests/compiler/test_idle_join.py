"""A `join` that is said to change nothing changes nothing: runs of random flows, with it and without."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from flowc.compiler.build import build
from flowc.compiler.checks.graph.idle_join import idle_joins
from flowc.compiler.document import Document, Node
from flowc.compiler.model import Flow
from flowc.compiler.source import Source
from flowc.simulate import run_flow
from tests.simulate.random_flows import random_flow, random_input, random_output
from tests.simulate.test_random_flows import as_flow_file


def _flow(definition: dict[str, Any]) -> Flow:
    text = as_flow_file(definition)
    return build(Document(Source("flow.json", text.decode()), json.loads(text), Node(0, 0)))


def _without_join(definition: dict[str, Any], slugs: set[str]) -> dict[str, Any]:
    steps = definition["steps"]
    kept = {slug: {key: value for key, value in steps[slug].items() if key != "join"} for slug in slugs}
    return {**definition, "steps": {**steps, **kept}}


def _played(definition: dict[str, Any], seed: int) -> dict[str, Any]:
    """What became of every step, its handlers answering by their slugs alone."""
    steps = definition["steps"]
    quiet = {slug: {key: value for key, value in step.items() if key != "handler"} for slug, step in steps.items()}

    def handler(slug: str) -> Any:
        def handle(**_arguments: Any) -> Any:
            rng = Random(f"{seed} {slug}")
            if steps[slug].get("on_failure") == "skip" and rng.random() < 0.4:
                raise ValueError(slug)
            return random_output(rng, definition, slug)

        return handle

    handlers = {slug: handler(slug) for slug in steps if steps[slug]["kind"] != "branch"}
    finished = run_flow({**definition, "steps": quiet}, handlers, random_input(Random(seed)))
    return {slug: (step.status, step.output) for slug, step in finished.steps.items()}


def test_without_it_every_run_is_the_same() -> None:
    said = {"any": 0, "settled": 0}
    for seed in range(150):
        rng = Random(seed)
        definition = random_flow(rng)
        idle = {step.slug: step.join for step in idle_joins(_flow(definition))}
        for join in idle.values():
            said[join] += 1
        for run in range(4 if idle else 0):
            assert _played(definition, run) == _played(_without_join(definition, {*idle}), run)
    assert min(said.values()) >= 5


def test_a_join_that_matters_in_some_run_is_not_said_to_be_idle() -> None:
    matters = silent = 0
    for seed in range(150):
        definition = random_flow(Random(seed))
        joined = [slug for slug, step in definition["steps"].items() if step.get("join") in ("any", "settled")]
        idle = {step.slug for step in idle_joins(_flow(definition))}
        for slug in joined:
            other = _without_join(definition, {slug})
            if any(_played(definition, run) != _played(other, run) for run in range(3)):
                matters += 1
                silent += slug not in idle
    assert matters == silent > 20
