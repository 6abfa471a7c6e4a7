"""A worker as a process: killed, asked to stop, asked twice, and killed by its own handler."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flowc import Handlers
from flowc.db import queries
from tests.conftest import Clock
from tests.runtime.conftest import PATIENCE, Engine

PROGRAM = """
import logging, sys
from flowc import Worker
from flowc.runtime.handlers import load
logging.basicConfig(level=logging.INFO)
sys.exit(Worker(sys.argv[1], load("app:handlers"), concurrency=1, batch=1).run())
"""

APP = """
import os, signal, time
from pathlib import Path
from flowc import Handlers
handlers = Handlers()

@handlers.register
def first():
    return "first"

@handlers.register
def second(first):
    Path("begun").touch()
    while not Path("go").exists():
        time.sleep(0.01)
    return first + " second"

@handlers.register
def third(second):
    return second + " third"

@handlers.register
def deadly():
    os.kill(os.getpid(), signal.SIGKILL)
"""

FLOW = """
    flow: three
    steps:
      first:
      second: {depends_on: [first], retry: {base_delay: 10ms}}
      third: {depends_on: [second]}
    """

Start = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture
def start(dsn: str, tmp_path: Path) -> Iterator[Start]:
    """``start()``: a worker of one thread as a process of its own, in a folder of its own."""
    (tmp_path / "app.py").write_text(APP)
    started: list[subprocess.Popen[str]] = []

    def begin() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", PROGRAM, dsn]
        root = str(Path(__file__).parents[2])
        environment = {**os.environ, "PYTHONPATH": root}
        started.append(subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until something is so; fails after a long time."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def others() -> Handlers:
    """The handlers again, in this process, without their waits."""
    handlers = Handlers()
    handlers.register(lambda: "first", name="first")
    handlers.register(lambda first: f"{first} second", name="second")
    handlers.register(lambda second: f"{second} third", name="third")
    handlers.register(lambda: "alive", name="deadly")
    return handlers


def test_a_second_worker_finishes_what_a_killed_one_began(
    engine: Engine, clock: Clock, start: Start, tmp_path: Path
) -> None:
    engine.deploy(FLOW)
    run = engine.start("three")
    process = start()
    wait_for((tmp_path / "begun").exists)
    process.kill()
    assert process.wait() == -signal.SIGKILL

    clock.advance("1 minute")  # its lease is over
    assert queries.expire_leases(engine.conn, 0) == 1
    clock.advance("1 minute")
    engine.work(others())

    assert engine.output(run) == {"third": "first second third"}
    attempts = {task.step_slug: task.attempt for task in queries.step_tasks(engine.conn, run)}
    assert attempts == {"first": 1, "second": 2, "third": 1}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_lets_the_running_handler_finish_and_nothing_else(
    engine: Engine, start: Start, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    engine.deploy(FLOW)
    run, waiting = engine.start("three"), engine.start("three")
    process = start()
    wait_for((tmp_path / "begun").exists)
    process.send_signal(number)
    (tmp_path / "go").touch()
    assert process.wait(PATIENCE) == code

    tasks = {task.step_slug: task for task in queries.step_tasks(engine.conn, run)}
    assert tasks["second"].status == "completed"
    assert "third" not in tasks or tasks["third"].status == "queued"
    engine.work(others())
    assert [engine.output(one) for one in (run, waiting)] == [{"third": "first second third"}] * 2
    assert all(task.failures == 0 for one in (run, waiting) for task in queries.step_tasks(engine.conn, one))


def test_a_second_signal_ends_the_process_at_once(engine: Engine, start: Start, tmp_path: Path) -> None:
    engine.deploy(FLOW)
    run = engine.start("three")
    process = start()
    wait_for((tmp_path / "begun").exists)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGINT)

    assert process.wait(PATIENCE) in {130, 143}  # signals that wait are delivered by number, not by time
    assert engine.status(run) == "started"


def test_a_handler_that_kills_its_worker_every_time_ends_failed(engine: Engine, clock: Clock, start: Start) -> None:
    engine.deploy("flow: one\nsteps: {deadly: {retry: {max_attempts: 2, base_delay: 10ms}}}")
    run = engine.start("one")
    for _ in range(2):
        assert start().wait(PATIENCE) == -signal.SIGKILL
        clock.advance("1 minute")
        queries.expire_leases(engine.conn, 0)
        clock.advance("1 minute")
    engine.work(others())

    assert engine.status(run) == "failed"
    assert len(engine.attempts(run)) == 2
