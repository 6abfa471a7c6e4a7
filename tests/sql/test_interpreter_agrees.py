"""Random flows under random interleavings of all calls: the SQL engine shows what the reference interpreter shows."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import ClassVar

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from flowc.runtime.outcome import Failed
from flowc.simulate import LeasedTask
from tests.simulate.random_flows import random_flow, random_input, random_output
from tests.sql.pair import START, Pair, Report
from tests.sql.random_play import Play

ERROR = {"class": "ValueError", "message": "no"}
# A failure is shown as it was found: shrinking it against a database takes too long.
SETTINGS = settings(
    max_examples=100,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
STEPS = 40  # of a play: 400 plays and 100 examples are 20,000 steps
SECONDS = st.sampled_from([0, 1, 2, 5, 30, 40])


class Engines(RuleBasedStateMachine):
    """Both engines on one database; time goes on from example to example."""

    conn: ClassVar[psycopg.Connection]
    numbers: ClassVar[Iterator[int]]
    clock: ClassVar[list[datetime]]

    # True random: which tasks a poll brings is the database's choice, so drawing must not depend on it.
    @initialize(rng=st.randoms(use_true_random=True))
    def deploy(self, rng: Random) -> None:
        self.rng = rng
        self.pair = Pair(self.conn, random_flow(rng, slug=f"flow_{next(self.numbers)}"), self.clock[0])
        self.leased: list[LeasedTask] = []
        self.start()

    @rule()
    def start(self) -> None:
        if len(self.pair.runs) < 3:
            self.pair.start(random_input(self.rng))

    @rule(limit=st.integers(1, 3))
    def poll(self, limit: int) -> None:
        self.leased += self.pair.poll(limit)

    @rule(count=st.integers(1, 3))
    def settle(self, count: int) -> None:
        reports: list[Report] = []
        for _ in range(count if self.leased else 0):
            task = self.rng.choice(self.leased)
            choice = self.rng.random()
            if choice < 0.7:
                reports.append((task, random_output(self.rng, self.pair.definition, task.step_slug)))
            else:
                reports.append((task, Failed(ERROR, choice < 0.9)))
        self.pair.settle(reports)

    @rule()
    def extend(self) -> None:
        if self.leased:
            self.pair.extend(self.rng.choice(self.leased))

    @rule()
    def release(self) -> None:
        if self.leased:
            self.pair.release(self.rng.choice(self.leased))

    @rule(seconds=SECONDS)
    def wait(self, seconds: int) -> None:
        self.pair.advance(timedelta(seconds=seconds))

    @rule()
    def expire(self) -> None:
        self.pair.expire()

    @rule()
    def cancel(self) -> None:
        if self.rng.random() < 0.2:
            self.pair.cancel(self.rng.choice(self.pair.runs))

    @rule()
    def retry(self) -> None:
        run_id = self.rng.choice(self.pair.runs)
        if self.pair.model.run(run_id).status in ("failed", "cancelled"):
            self.pair.retry(run_id)

    @invariant()
    def engines_agree(self) -> None:
        if hasattr(self, "pair"):
            self.pair.agree()

    def teardown(self) -> None:
        if hasattr(self, "pair"):
            self.pair.close()
            self.clock[0] = self.pair.model.now + timedelta(hours=1)


def test_the_engines_agree_whatever_happens(db: psycopg.Connection) -> None:
    machine = type("Engines", (Engines,), {"conn": db, "numbers": itertools.count(), "clock": [START]})
    run_state_machine_as_test(machine, settings=SETTINGS)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("part", range(4))
def test_the_engines_agree_on_plays_that_get_far(db: psycopg.Connection, part: int) -> None:
    now, answers = START, Counter[str]()
    for seed in range(part * 100, part * 100 + 100):
        play = Play(db, seed, now)
        now = play.play(STEPS)
        answers += play.answers
    assert answers.keys() == {"ok", "already", "stale", "run_closed"}
