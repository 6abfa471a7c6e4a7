"""Whatever a handler raises leaves one row for each attempt: clean, bounded, and with who and when."""

from __future__ import annotations

from typing import Any

import pytest

from flowc import Handlers
from flowc.db import queries
from flowc.runtime.failure import MAX_MESSAGE, MAX_TRACEBACK
from tests.runtime.conftest import Engine
from tests.runtime.test_failure import RAISED

FLOW = """
flow: failing
steps:
  fail: {map: $input.names, with: {name: $item}, retry: {max_attempts: 2, base_delay: 1ms}, on_failure: skip}
"""


def test_each_failed_attempt_leaves_one_row_whatever_was_raised(engine: Engine) -> None:
    handlers = Handlers()

    @handlers.register
    def fail(name: str) -> Any:
        raise RAISED[name]()

    engine.deploy(FLOW)
    names = [name for name in RAISED if name != "ValueError, large"]
    run_id = engine.start("failing", {"names": names})
    engine.work(handlers, worker_id="w1")
    assert engine.status(run_id) == "completed"
    rows = queries.task_errors(engine.conn, run_id)
    assert sorted((row.task_index, row.attempt, row.terminal) for row in rows) == sorted(
        (index, attempt, attempt == 2) for index in range(len(names)) for attempt in (1, 2)
    )
    for row in rows:
        name = names[row.task_index or 0]
        assert row.class_ == name.split(",")[0]
        assert len((row.message or "").encode()) <= MAX_MESSAGE
        assert len((row.traceback or "").encode()) <= MAX_TRACEBACK
        assert row.worker == "w1"
        assert row.started_at is not None
        assert row.started_at <= row.failed_at


@pytest.mark.parametrize("name", ["Unprintable", "ValueError", "Pretender"])
def test_the_row_of_the_run_says_which_step_failed_why_and_when(engine: Engine, name: str) -> None:
    handlers = Handlers()

    @handlers.register
    def fail() -> None:
        raise RAISED[name]()

    engine.deploy("{flow: failing, steps: {fail: {retry: {max_attempts: 1}}}}")
    run_id = engine.start("failing")
    engine.work(handlers)
    [row] = queries.task_errors(engine.conn, run_id)
    run = queries.run(engine.conn, run_id)
    assert run is not None
    assert (run.failed_step, run.ended_at, run.error) == ("fail", row.failed_at, row.error)
