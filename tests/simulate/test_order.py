"""The order in which tasks are done never decides what becomes of a run."""

from __future__ import annotations

from random import Random
from typing import Any

from flowc.runtime.encode import encode
from flowc.runtime.outcome import Completed, Failed, Outcome
from flowc.simulate import LeasedTask, Simulation
from tests.simulate.building import ERROR
from tests.simulate.random_flows import random_flow, random_input, random_output


def outcome_of(seed: int, definition: dict[str, Any], leased: LeasedTask) -> Outcome:
    """What a task's handler does: always the same."""
    rng = Random(f"{seed} {leased.step_slug} {leased.task_index}")
    if rng.random() < 0.15:
        return Failed(ERROR, retryable=False)
    return Completed(encode(random_output(rng, definition, leased.step_slug)))


def ending(seed: int, order: int) -> dict[str, Any]:
    """How a run ends whose tasks are done in one of many orders, one by one or in batches."""
    definition, rng = random_flow(Random(seed)), Random(order)
    simulation = Simulation()
    simulation.deploy(definition)
    run_id = simulation.start(definition["flow"], random_input(Random(seed)))
    leased: list[LeasedTask] = []
    while (due := simulation.next_due()) is not None:
        simulation.now = max(simulation.now, due) if not leased else simulation.now
        leased += simulation.poll(limit=rng.randint(1, 4))
        rng.shuffle(leased)
        count = rng.randint(1, 3)
        batch, leased = leased[:count], leased[count:]
        simulation.settle((task, outcome_of(seed, definition, task)) for task in batch)
    run = simulation.run(run_id)
    if run.status == "failed":
        return {"status": run.status}
    states = {
        slug: (state.status, state.skip_reason, state.output, state.error)
        for slug, state in simulation.step_states(run_id).items()
    }
    return {"status": run.status, "output": run.output, "skipped": run.skipped_failures, **states}


def test_a_run_ends_the_same_in_every_order() -> None:
    for seed in range(300):
        endings = [ending(seed, order) for order in range(4)]
        assert endings.count(endings[0]) == len(endings), f"seed {seed}"
