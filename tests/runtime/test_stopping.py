"""A worker that is stopped with tasks in its hands leaves none of them behind."""

from __future__ import annotations

from datetime import timedelta
from threading import Event, Thread

from flowc import Handlers, Worker
from flowc.db import queries
from tests.runtime.conftest import PATIENCE, Engine


def test_what_was_fetched_ahead_is_handed_back_at_once_and_costs_no_attempt(engine: Engine, dsn: str) -> None:
    handlers = Handlers()
    stopped = Event()
    calls: list[int] = []

    @handlers.register
    def count(item: int) -> int:
        calls.append(item)
        if worker.at_work(besides="") > 1 and not stopped.is_set():  # besides this one, some wait
            stopped.set()
            worker.stop()
        return item

    worker = Worker(dsn, handlers, concurrency=1, batch=50, lease=timedelta(hours=1))
    engine.deploy("flow: counting\nsteps: {count: {map: $input.items}}")
    run_id = engine.start("counting", {"items": list(range(500))})
    thread = Thread(target=worker.run, daemon=True)
    thread.start()
    thread.join(PATIENCE)

    assert not thread.is_alive()
    tasks = queries.step_tasks(engine.conn, run_id)
    assert sum(task.status == "completed" for task in tasks) == len(calls) < 500
    assert {task.status for task in tasks} == {"completed", "queued"}
    engine.work(handlers)
    assert engine.output(run_id) == {"count": list(range(500))}
    assert sum(task.failures for task in queries.step_tasks(engine.conn, run_id)) == 0
