"""What is said to have completed where a step runs is held against runs of random flows, failures included."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from flowc.compiler.build import build
from flowc.compiler.checks.conditions.contradiction import check as contradictions
from flowc.compiler.checks.finals import final_steps
from flowc.compiler.checks.graph.unreachable import check as unreachable
from flowc.compiler.checks.presence import World, absence_of
from flowc.compiler.document import Document, Node
from flowc.compiler.model import Flow
from flowc.compiler.source import Source
from flowc.simulate import run_flow
from flowc.simulate.containment import contains
from flowc.simulate.definition import _final_steps
from tests.simulate.random_flows import random_flow, random_input, random_output
from tests.simulate.test_random_flows import as_flow_file

RUNS = 12


class Played:
    """A run with random input, outputs and failures: the steps whose handlers were called, and what all steps gave."""

    def __init__(self, definition: dict[str, Any], rng: Random) -> None:
        steps = definition["steps"]
        self.called: set[str] = set()
        quiet = {slug: {key: value for key, value in step.items() if key != "handler"} for slug, step in steps.items()}
        handlers = {slug: self._handler(definition, slug, rng) for slug in steps if steps[slug]["kind"] != "branch"}
        finished = run_flow({**definition, "steps": quiet}, handlers, random_input(rng))
        self.completed = {slug for slug in handlers if finished.steps[slug].status == "completed"}
        self.judged = {slug: finished.steps[slug].output for slug in self.completed} | {"input": finished.run.input}

    def _handler(self, definition: dict[str, Any], slug: str, rng: Random) -> Any:
        def handle(**_arguments: Any) -> Any:
            self.called.add(slug)
            if definition["steps"][slug].get("on_failure") == "skip" and rng.random() < 0.3:
                raise ValueError(slug)
            return random_output(rng, definition, slug)

        return handle


def _flow(definition: dict[str, Any]) -> Flow:
    text = as_flow_file(definition)
    return build(Document(Source("flow.json", text.decode()), json.loads(text), Node(0, 0)))


def _played(seeds: int) -> list[tuple[Flow, list[Played]]]:
    found = []
    for seed in range(seeds):
        rng = Random(seed)
        definition = random_flow(rng)
        found.append((_flow(definition), [Played(definition, rng) for _ in range(RUNS)]))
    return found


PLAYED = _played(100)


def test_what_surely_completed_has_completed_in_every_run_of_the_step() -> None:
    looked = 0
    for flow, runs in PLAYED:
        for key, step in flow.steps.items():
            if step.kind == "branch":
                continue
            sure = {slug for slug in World(flow).run(key).completed if flow.steps[slug].kind != "branch"}
            for run in runs:
                if key in run.called:
                    looked += len(sure)
                    assert sure <= run.completed
    assert looked > 500


def test_the_final_steps_of_branches_are_those_of_the_interpreter() -> None:
    for seed in range(300):
        definition = random_flow(Random(seed), most_steps=10)
        expected = {slug: sorted(final) for slug, final in _final_steps(definition["steps"]).items() if slug}
        assert {slug: sorted(final) for slug, final in final_steps(_flow(definition)).items()} == expected


def test_what_is_known_of_conditions_is_so_in_every_run_of_the_step() -> None:
    looked = 0
    for flow, runs in PLAYED:
        for key, step in flow.steps.items():
            demands = World(flow).run(key).demands if step.kind != "branch" else []
            for run in runs:
                for demand in demands if key in run.called else ():
                    looked += 1
                    assert any(contains(run.judged, pattern) for pattern in demand.patterns) == demand.met
    assert looked > 300


def test_most_of_what_may_be_missing_is_missing_in_one_of_a_few_runs() -> None:
    claimed = seen = 0
    for flow, runs in PLAYED:
        for key, step in flow.steps.items():
            calls = [run for run in runs if key in run.called]
            visible = {
                name for holder in (step, *flow.branches_of(step)) for name in (*holder.joins, *holder.conditions)
            }
            for name in visible if calls else ():
                if flow.steps.get(name) and flow.steps[name].kind != "branch" and absence_of(flow, key, name):
                    claimed += 1
                    seen += any(name not in run.completed for run in calls)
    assert claimed > 50
    assert seen / claimed > 0.6


def test_a_step_that_is_said_never_to_start_is_never_called() -> None:
    said = 0
    for flow, runs in PLAYED:
        never = {slug for found in unreachable(flow, None) for slug in flow.steps if f"`{slug}` can" in found.message}
        said += len(never)
        assert not any(never & run.called for run in runs)
    assert said > 3


def test_a_step_with_contradicting_conditions_never_runs() -> None:
    said = 0
    for flow, runs in PLAYED:
        never = {
            slug for found in contradictions(flow, None) for slug in flow.steps if f"`{slug}` never" in found.message
        }
        said += len(never)
        assert not any(never & run.called for run in runs)
    assert said > 3
