"""Random flows under random interleavings of all calls: whatever happens, the invariants hold."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from flowc.runtime.encode import encode
from flowc.runtime.outcome import Completed, Failed, Outcome
from flowc.simulate import LeasedTask, Simulation
from tests.simulate.invariants import SETTLED, Picture, picture, violations
from tests.simulate.random_flows import random_flow, random_input, random_output

ERROR = {"class": "ValueError", "message": "no"}
SECONDS = st.sampled_from([0, 1, 2, 5, 30, 40])


class Engine(RuleBasedStateMachine):
    """One flow, up to three runs of it, and workers that report whatever they ever leased, in any order."""

    @initialize(rng=st.randoms(use_true_random=False))
    def deploy(self, rng: Random) -> None:
        self.rng = rng
        self.definition = random_flow(rng)
        self.simulation = Simulation()
        self.simulation.deploy(self.definition)
        self.runs: list[str] = []
        self.leased: list[LeasedTask] = []
        self.before: dict[str, Picture] = {}
        self.reopened: set[str] = set()
        self.start()

    @rule()
    def start(self) -> None:
        if len(self.runs) < 3:
            self.runs.append(self.simulation.start(self.definition["flow"], random_input(self.rng)))

    @rule(limit=st.integers(1, 3))
    def poll(self, limit: int) -> None:
        self.leased += self.simulation.poll(limit=limit)

    @rule(count=st.integers(1, 3))
    def settle(self, count: int) -> None:
        tasks = [self.rng.choice(self.leased) for _ in range(count) if self.leased]
        reports: list[tuple[LeasedTask, Outcome]] = []
        for task in tasks:
            choice = self.rng.random()
            if choice < 0.7:
                output = random_output(self.rng, self.definition, task.step_slug)
                reports.append((task, Completed(encode(output))))
            else:
                reports.append((task, Failed(ERROR, retryable=choice < 0.9)))
        answers = self.simulation.settle(reports)
        again = self.simulation.copy().settle(reports)
        for first, second in zip(answers, again, strict=True):
            assert second == ("already" if first in ("ok", "already") else second)
            assert second != "ok"

    @rule()
    def extend(self) -> None:
        if self.leased:
            self.simulation.extend(self.rng.choice(self.leased))

    @rule()
    def release(self) -> None:
        if self.leased:
            task = self.rng.choice(self.leased)
            self.simulation.release(task)
            assert self.simulation.complete(task, None) != "ok"

    @rule(seconds=SECONDS)
    def wait(self, seconds: int) -> None:
        self.simulation.advance(timedelta(seconds=seconds))

    @rule()
    def expire(self) -> None:
        self.simulation.expire()
        assert self.simulation.expire() == 0

    @rule()
    def cancel(self) -> None:
        if self.rng.random() < 0.2:
            self.simulation.cancel(self.rng.choice(self.runs))

    @rule()
    def retry(self) -> None:
        run_id = self.rng.choice(self.runs)
        if self.simulation.run(run_id).status in ("failed", "cancelled"):
            self.simulation.retry(run_id)
            self.reopened.add(run_id)

    @invariant()
    def invariants_hold(self) -> None:
        for run_id in self.runs:
            now = picture(self.simulation, self.definition, run_id)
            assert violations(now) == []
            if run_id in self.before:
                self._moved(self.before[run_id], now, run_id in self.reopened)
            self.before[run_id] = now
        self.reopened.clear()

    @staticmethod
    def _moved(before: Picture, now: Picture, reopened: bool) -> None:
        """What settled stays, an ended run stays unless it was opened again, no attempt number goes back."""
        if before.run.status != "started" and not reopened:
            assert before == now
        for slug, state in before.states.items():
            if state.status in SETTLED and not before.is_branch(slug):
                assert now.states[slug] == state
        attempts = _attempts(now)
        for key, attempt in _attempts(before).items():
            assert attempts.get(key, 0) >= attempt


def _attempts(shown: Picture) -> dict[Any, int]:
    return {(task.step_slug, task.task_index): task.attempt for task in shown.tasks}


TestEngine = Engine.TestCase
TestEngine.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
