"""What the tests of the worker share: flows deployed from their text, workers that work, runs that are looked at."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Thread
from typing import Any

import psycopg
import pytest

from flowc import Handlers, Worker
from flowc.compiler.emit import emit
from flowc.compiler.pipeline import compile_file
from flowc.db import queries
from flowc.db.deploy import deploy

PATIENCE = 30.0


class Engine:
    """A database to run flows in, seen through short words."""

    def __init__(self, conn: psycopg.Connection, dsn: str) -> None:
        self.conn = conn
        self.dsn = dsn

    def deploy(self, text: str) -> None:
        """Deploy a flow from its YAML."""
        compilation = compile_file("flow.yaml", data=textwrap.dedent(text).encode())
        assert compilation.definition is not None, compilation.diagnostics
        deploy(self.conn, emit([compilation.definition], plain=True))

    def start(self, flow: str, input: Any = None, count: int | None = None, **more: Any) -> Any:  # noqa: A002
        """Start a run, or several: their ids."""
        if count is not None:
            return queries.start_flows(self.conn, flow, [json.dumps(input or {})] * count, **more)
        return queries.start_flow(self.conn, flow, json.dumps(input or {}), **more)

    def work(self, handlers: Handlers, **more: Any) -> None:
        """Work until nothing is left to do."""
        assert Worker(self.dsn, handlers, drain=True, **more).run() == 0

    def status(self, run_id: str) -> str:
        run = queries.run(self.conn, run_id)
        assert run is not None
        return run.status

    def output(self, run_id: str) -> Any:
        """The output of a run, which completed."""
        run = queries.run(self.conn, run_id)
        assert run is not None
        assert run.status == "completed", run.error
        return json.loads(run.output or "null")

    def error(self, run_id: str) -> dict[str, Any]:
        """The error of a run, which failed."""
        run = queries.run(self.conn, run_id)
        assert run is not None
        assert run.status == "failed", run
        error: dict[str, Any] = json.loads(run.error or "null")
        return error

    def attempts(self, run_id: str) -> list[tuple[str, int, str]]:
        """The failed attempts of a run: step, number, class of the error."""
        return [(one.step_slug, one.attempt, str(one.class_)) for one in queries.task_errors(self.conn, run_id)]


class Background:
    """A worker in a thread of its own."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.code: int | None = None
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self.code = self.worker.run()

    def stop(self) -> int | None:
        """Stop it and wait until it is gone."""
        self.worker.stop()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        return self.code


@pytest.fixture
def engine(db: psycopg.Connection, dsn: str) -> Engine:
    return Engine(db, dsn)


@pytest.fixture
def background(dsn: str) -> Iterator[Callable[..., Background]]:
    """``background(handlers, …)``: a worker that works until it is stopped, or the test is over."""
    started: list[Background] = []

    def start(handlers: Handlers, *, lease: float = 30.0, **more: Any) -> Background:
        started.append(Background(Worker(dsn, handlers, lease=timedelta(seconds=lease), **more)))
        return started[-1]

    yield start
    for one in started:
        one.stop()
