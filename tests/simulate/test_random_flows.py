"""The random flows are what the compiler would have written."""

from __future__ import annotations

import json
from collections import Counter
from random import Random
from typing import Any

from flowc.compiler.build import build
from flowc.compiler.canonicalize import canonicalize
from flowc.compiler.definition import define
from flowc.compiler.parse import parse
from flowc.simulate import Simulation
from tests.simulate.invariants import Picture, picture
from tests.simulate.random_flows import random_flow, random_input, random_output

DURATIONS = ("timeout", "delay", "base_delay", "max_delay")


def as_flow_file(definition: dict[str, Any]) -> bytes:
    """A definition written as a flow file: branches hold their steps, durations have units."""
    steps = {slug: _written(step) for slug, step in definition["steps"].items()}
    top: dict[str, Any] = {}
    for slug, step in definition["steps"].items():
        around = steps[step["branch"]]["steps"] if "branch" in step else top
        around[slug] = steps[slug]
    return json.dumps({**definition, "steps": top}).encode()


def _written(step: dict[str, Any]) -> dict[str, Any]:
    written = {key: value for key, value in step.items() if key not in ("kind", "branch", "retry")}
    if step["kind"] == "branch":
        written["steps"] = {}
    if "retry" in step:
        written["retry"] = _with_units(step["retry"])
    return _with_units(written)


def _with_units(keys: dict[str, Any]) -> dict[str, Any]:
    return {key: f"{value}ms" if key in DURATIONS else value for key, value in keys.items()}


def test_the_compiler_gives_them_back_as_they_are() -> None:
    for seed in range(500):
        definition = random_flow(Random(seed))
        document, mistakes = parse("flow.json", as_flow_file(definition))
        assert document is not None
        assert mistakes == []
        assert canonicalize(build(document)).text == define(definition).text, f"seed {seed}"


def test_a_seed_is_a_flow() -> None:
    assert random_flow(Random(7)) == random_flow(Random(7))


def test_they_come_to_every_kind_of_end() -> None:
    ends: Counter[Any] = Counter()
    for seed in range(400):
        shown = _played(seed)
        ends[shown.run.status] += 1
        ends[shown.run.error and shown.run.error["class"]] += 1
        ends.update((state.kind, state.skip_reason or state.status) for state in shown.states.values())
        ends[max(len(list(shown.enclosing(slug))) for slug in shown.states)] += 1

    reasons = ("branch_skipped", "dependency_skipped", "condition_unmet", "completed")
    wanted = {(kind, reason) for kind in ("task", "map", "branch") for reason in (*reasons, "failed", "cancelled")}
    wanted |= {("task", "handler_failed"), ("map", "handler_failed")}
    assert wanted <= set(ends)
    assert {0, 1, 2, 3, "completed", "failed", "ValueError", "ConditionUnmet", "NotAnArray"} <= set(ends)
    assert ends["completed"] > 200


def _played(seed: int) -> Picture:
    rng = Random(seed)
    definition = random_flow(rng)
    simulation = Simulation()
    simulation.deploy(definition)
    run_id = simulation.start(definition["flow"], random_input(rng))
    while (due := simulation.next_due()) is not None:
        simulation.now = max(due, simulation.now)
        for leased in simulation.poll():
            if rng.random() < 0.8:
                simulation.complete(leased, random_output(rng, definition, leased.step_slug))
            else:
                simulation.fail(leased, {"class": "ValueError", "message": "no"})
    return picture(simulation, definition, run_id)
