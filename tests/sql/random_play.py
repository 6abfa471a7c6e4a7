"""Random play on both engines, weighted so that runs get far: most calls poll and settle, rare ones come seldom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import psycopg

from flowc.runtime.outcome import Failed
from flowc.simulate import LeasedTask
from tests.simulate.random_flows import REMARKABLE, random_flow, random_input, random_output
from tests.sql.pair import Pair

ERROR = {"class": "ValueError", "message": "no"}


class Play:
    """One random flow and up to five runs of it, all by one seed; ``answers`` counts what results were answered."""

    def __init__(self, conn: psycopg.Connection, seed: int, now: datetime) -> None:
        self._random = Random(seed)
        # Plain flows now and then: in these a task is handed to the worker that completed the one before.
        remarkable = self._random.choice((0.0, REMARKABLE, REMARKABLE))
        self.pair = Pair(conn, random_flow(self._random, f"played_{seed}", remarkable=remarkable), now)
        self.answers: Counter[str] = Counter()
        self._open: list[LeasedTask] = []
        self._told: list[LeasedTask] = []
        self._moves: dict[Callable[[], object], float] = {
            self._poll: 6,
            self._settle: 5,
            self._settle_and_poll: 4,
            self._repeat: 1,
            self._wait: 2,
            self._start: 0.5,
            self._extend: 0.5,
            self._release: 0.5,
            self._expire: 1,
            self._cancel: 0.3,
            self._retry: 0.7,
        }

    def play(self, steps: int, look: Callable[[], object] = lambda: None) -> datetime:
        """Make so many calls, with a look at both engines after each; the time when it is over."""
        self._start()
        for _ in range(steps):
            self._move()
            self.pair.agree()
            look()
        self.pair.close()
        return self.pair.model.now + timedelta(hours=1)

    def _move(self) -> None:
        if all(self.pair.model.run(run_id).status == "completed" for run_id in self.pair.runs):
            self._start()
        [move] = self._random.choices(list(self._moves), list(self._moves.values()))
        move()

    def _start(self) -> None:
        if len(self.pair.runs) < 5:
            self.pair.start(random_input(self._random))

    def _poll(self) -> None:
        self._open += self.pair.poll(self._random.randint(1, 4))

    def _settle(self) -> None:
        self._report(self._some_open())

    def _settle_and_poll(self) -> None:
        """As a worker does it; with room for as many as it reports on, it may be handed what comes next."""
        tasks = self._some_open()
        self._told += tasks
        answers, leased = self.pair.settle_and_poll([(t, self._outcome(t)) for t in tasks], self._random.randint(1, 4))
        self.answers.update(answers)
        self._open += leased

    def _some_open(self) -> list[LeasedTask]:
        count = min(len(self._open), self._random.choice((1, 1, 2, 3)))
        tasks = self._random.sample(self._open, count)
        self._open = [task for task in self._open if task not in tasks]
        return tasks

    def _repeat(self) -> None:
        """What was told is told again, or what another attempt has told."""
        if self._told:
            self._report(self._random.choices(self._told, k=2))

    def _report(self, tasks: list[LeasedTask]) -> None:
        self._told += tasks
        self.answers.update(self.pair.settle([(task, self._outcome(task)) for task in tasks]))

    def _outcome(self, task: LeasedTask) -> Any:
        chance = self._random.random()
        if chance < 0.75:
            return random_output(self._random, self.pair.definition, task.step_slug)
        return Failed(ERROR, chance < 0.9)

    def _wait(self) -> None:
        self.pair.advance(timedelta(seconds=self._random.choice((0, 1, 2, 2, 5, 31, 65))))

    def _extend(self) -> None:
        if self._open + self._told:
            self.pair.extend(self._random.choice(self._open + self._told))

    def _release(self) -> None:
        if self._open + self._told:
            self.pair.release(self._random.choice(self._open + self._told))

    def _expire(self) -> None:
        self.pair.expire()

    def _cancel(self) -> None:
        self.pair.cancel(self._random.choice(self.pair.runs))

    def _retry(self) -> None:
        run_id = self._random.choice(self.pair.runs)
        if self.pair.model.run(run_id).status in {"failed", "cancelled"}:
            self.pair.retry(run_id)
