"""A worker tells whether it is well: over HTTP, and by a file that is touched."""

from __future__ import annotations

import http.client
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowc import Handlers, Worker
from flowc.errors import UsageError
from flowc.runtime.health import Health, answering, touching
from tests.runtime.conftest import PATIENCE, Background, Engine
from tests.runtime.test_worker_process import wait_for

WELL = Health([], "w1", 0, 16, False)
ILL = WELL._replace(problems=["the database has not answered for 40 s"])


def asked(port: int, path: str = "/health", method: str = "GET") -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    is_json = answer.getheader("Content-Type") == "application/json"
    return answer.status, json.loads(body) if body and is_json else None


def test_a_worker_that_is_well_answers_200_and_one_that_is_not_503_with_the_reason() -> None:
    states = iter([WELL, ILL])
    with answering(0, lambda: next(states)) as port:
        assert asked(port) == (
            200,
            {"ok": True, "problems": [], "worker_id": "w1", "held": 0, "slots": 16, "stopping": False},
        )
        status, body = asked(port)
        assert (status, body["ok"], body["problems"]) == (503, False, ILL.problems)


def test_probes_may_ask_for_the_head_and_for_nothing_else() -> None:
    with answering(0, lambda: WELL) as port:
        assert asked(port, "/health?x=1", "HEAD") == (200, None)
        assert asked(port, "/")[0] == 404
        assert asked(port, "/health", "POST")[0] == 501


def test_a_port_that_is_taken_is_said() -> None:
    with answering(0, lambda: WELL) as port, pytest.raises(UsageError, match=f"port {port} cannot be had"):  # noqa: SIM117
        with answering(port, lambda: WELL):
            pass


def test_a_file_is_touched_while_the_worker_is_well_and_gone_when_it_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "health"
    state = [ILL]
    asks = threading.Semaphore(0)

    def ask() -> Health:
        asks.release()
        return state[0]

    with touching(file, ask, 0.001):
        os.utime(file, (0, 0))
        for _ in range(3):
            assert asks.acquire(timeout=PATIENCE)
        assert file.stat().st_mtime == 0
        state[0] = WELL
        wait_for(lambda: file.stat().st_mtime > 0)
    assert not file.exists()


def test_a_file_is_gone_though_a_signal_came_right_after_its_first_touch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(thread: threading.Thread) -> None:
        assert (tmp_path / "health").exists()
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt), touching(tmp_path / "health", lambda: WELL):
        pass
    assert not (tmp_path / "health").exists()


def test_a_file_that_cannot_be_touched_is_said(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match="cannot be touched: No such file"),
        touching(tmp_path / "no" / "x", lambda: WELL),
    ):
        pass


def test_a_worker_whose_threads_are_all_lost_says_so(engine: Engine, background: Callable[..., Background]) -> None:
    engine.deploy("flow: one\nsteps: {work: {timeout: 100ms, retry: {max_attempts: 1}}}")
    release = threading.Event()
    handlers = Handlers()
    handlers.register(lambda: release.wait(PATIENCE), name="work")
    worker = background(handlers, concurrency=1).worker
    assert worker.health() == Health([], worker.worker_id, 0, 2, False)
    engine.start("one")
    wait_for(lambda: worker.health().problems)

    assert worker.health().problems == ["all 1 slots are kept by handlers that are past their time"]
    release.set()
    wait_for(lambda: worker.health().is_well)


def test_a_worker_without_a_database_is_ill_after_the_time_of_a_lease(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = Handlers()
    handlers.register(lambda: None, name="work")
    worker = Worker(dsn, handlers)
    now = [1000.0]
    monkeypatch.setattr("flowc.runtime.worker.time.monotonic", lambda: now[0])
    worker._beat = worker._line.lost_at = now[0]
    now[0] += 29
    assert worker.health().is_well
    now[0] += 2
    assert worker.health().problems == ["the database has not answered for 31 s"]
    worker._line.lost_at = None
    now[0] += 100
    assert worker.health().problems == ["the worker has been stuck for 131 s"]
