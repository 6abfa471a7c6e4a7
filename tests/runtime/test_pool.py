"""Executors of the user's perform tasks, a bounded number at a time; they may break, lose tasks, or never answer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

import pytest

from flowc import Handlers, Worker
from flowc.db import queries
from flowc.errors import FlowcError, UsageError
from flowc.runtime.sources import open_sources
from tests.runtime import process_app
from tests.runtime.conftest import Background, Engine
from tests.runtime.test_worker_process import wait_for

APP = "tests.runtime.process_app:handlers"
ROOT = Path(__file__).parents[2]


class Counting(ThreadPoolExecutor):
    """Counts how many tasks it has at once."""

    def __init__(self) -> None:
        super().__init__(8)
        self.most = self.has = 0
        self._counting = threading.Lock()

    def submit(self, *arguments: Any, **named: Any) -> Future[Any]:
        with self._counting:
            self.has += 1
            self.most = max(self.most, self.has)
        future = super().submit(*arguments, **named)
        future.add_done_callback(self._less)
        return future

    def _less(self, _: Future[Any]) -> None:
        with self._counting:
            self.has -= 1


class Broken(Executor):
    """Takes no task."""

    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        raise BrokenExecutor("no cluster")


class Silent(Executor):
    """Takes tasks and never says anything again; ``lost`` futures cannot even be cancelled."""

    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        return future


class Failing(ThreadPoolExecutor):
    """Loses the first task with an error of its own."""

    def __init__(self) -> None:
        super().__init__(1)
        self._first = True

    def submit(self, *arguments: Any, **named: Any) -> Future[Any]:
        if not self._first:
            return super().submit(*arguments, **named)
        self._first = False
        future: Future[Any] = Future()
        future.set_exception(OSError("the node is gone"))
        return future


def work(engine: Engine, factory: Any, **more: Any) -> int:
    return Worker(engine.dsn, APP, executor=factory, drain=True, **{"concurrency": 3, **more}).run()


def test_no_more_tasks_are_handed_over_than_the_concurrency_says(engine: Engine) -> None:
    engine.deploy("flow: one\nsteps: {many: {handler: whoami, map: $input.items}}")
    run = engine.start("one", {"items": list(range(50))})
    pool = Counting()
    work(engine, lambda: pool)

    assert len(engine.output(run)["many"]) == 50
    assert 1 <= pool.most <= 3


def test_an_executor_that_broke_is_made_anew(engine: Engine) -> None:
    engine.deploy("flow: one\nsteps: {whoami: }")
    run = engine.start("one")
    made = iter([Broken(), ThreadPoolExecutor(1)])
    assert work(engine, lambda: next(made)) == 0
    assert engine.output(run)["whoami"]["attempt"] == 1


def test_without_an_executor_the_worker_ends_and_its_tasks_cost_no_attempt(engine: Engine) -> None:
    engine.deploy("flow: one\nsteps: {whoami: }")
    run = engine.start("one")
    with pytest.raises(UsageError, match="the executor takes no tasks any more: BrokenExecutor: no cluster"):
        work(engine, Broken)

    [task] = queries.step_tasks(engine.conn, run)
    assert (task.status, task.failures) == ("queued", 0)
    assert engine.attempts(run) == []


def test_a_task_that_is_never_answered_ends_at_its_timeout(engine: Engine) -> None:
    engine.deploy("flow: one\nsteps: {whoami: {timeout: 100ms, retry: {max_attempts: 1}}}")
    run = engine.start("one")
    work(engine, Silent)
    assert engine.error(run)["class"] == "Timeout"


def test_what_the_executor_fails_is_tried_again(engine: Engine) -> None:
    engine.deploy("flow: one\nsteps: {whoami: {retry: {base_delay: 10ms}}}")
    run = engine.start("one")
    work(engine, Failing)

    assert engine.output(run)["whoami"]["attempt"] == 2
    [error] = queries.task_errors(engine.conn, run)
    assert (error.class_, error.message) == (
        "ExecutorFailed",
        "the executor did not perform the task: OSError: the node is gone",
    )


def test_secrets_are_found_where_the_task_is_performed(engine: Engine, tmp_path: Path) -> None:
    engine.deploy("flow: one\nsecrets: [TOKEN]\nsteps: {read_secret: }")
    (tmp_path / "TOKEN").write_text("correct-horse")
    run = engine.start("one")
    work(engine, lambda: ThreadPoolExecutor(1), secrets=open_sources([f"folder:{tmp_path}"]))
    assert engine.output(run) == {"read_secret": len("correct-horse")}


LARGE = "flow: one\nsteps: {large: , size: {with: {text: $large}, retry: {max_attempts: 1}}}"


def test_blobs_are_found_by_the_address_that_is_set_where_the_task_is_performed(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.deploy(LARGE)
    monkeypatch.setenv("FLOWC_DATABASE_URL", engine.dsn)
    run = engine.start("one")
    work(engine, lambda: ThreadPoolExecutor(1), inline_limit=1000)
    assert engine.output(run) == {"size": 100_000}
    assert engine.conn.execute("select count(*) from flowc._blobs").fetchone() == (1,)


def test_a_task_with_blobs_fails_where_no_address_is_set(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.deploy(LARGE)
    monkeypatch.delenv("FLOWC_DATABASE_URL", raising=False)
    run = engine.start("one")
    first = Handlers()
    first.register(process_app.large)
    assert Worker(engine.dsn, first, drain=True, inline_limit=1000).run() == 0
    work(engine, lambda: ThreadPoolExecutor(1))
    assert "the task brings blobs, and FLOWC_DATABASE_URL is not set" in engine.error(run)["message"]


@pytest.mark.parametrize(
    ("executor", "words"),
    [
        ("tests.runtime.test_pool:ROOT", "makes no executor: it is of type `PosixPath`"),
        ("tests.runtime.test_pool:five", "returned a `int`, not a concurrent.futures.Executor"),
        ("tests.runtime.test_pool:absent", "`tests.runtime.test_pool` has no `absent`"),
        ("tests.runtime.test_pool:away", "makes no executor: it raised OSError: no scheduler at this address"),
        ("tests.runtime.test_pool:work", "makes no executor: it raised TypeError: work"),
        ("nowhere_at_all:x", "there is no module `nowhere_at_all` here"),
    ],
)
def test_what_makes_no_executor_is_said(dsn: str, executor: str, words: str) -> None:
    with pytest.raises(FlowcError, match=words):
        Worker(dsn, APP, executor=executor)


def five() -> int:
    """No executor."""
    return 5


def away() -> NoReturn:
    """Find no cluster."""
    raise OSError("no scheduler at this address")


def test_values_of_secrets_do_not_travel_to_other_machines(dsn: str) -> None:
    with pytest.raises(UsageError, match="secrets of an executor's processes are found there"):
        Worker(dsn, APP, executor=Broken, secrets={"TOKEN": "x"})
    handlers = Handlers()
    handlers.register(five)
    with pytest.raises(UsageError, match="handlers in other processes must be found there"):
        Worker(dsn, handlers, executor=Broken)


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A Dask cluster on this machine: a scheduler, and two workers of one thread, each a process."""
    folder = tmp_path_factory.mktemp("dask")
    file = folder / "scheduler.json"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    quiet = {"cwd": folder, "env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}

    def start(name: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{name}", "--scheduler-file", str(file), "--no-dashboard"]
        return subprocess.Popen([*command, *arguments], **quiet)  # type: ignore[call-overload, no-any-return]

    started = [start("dask_scheduler", "--host", "127.0.0.1", "--port", "0")]
    wait_for(file.exists)
    started += [start("dask_worker", "--nthreads", "1", "--no-nanny", "--host", "127.0.0.1") for _ in range(2)]
    yield str(file), started[1:]
    for process in started:
        process.kill()
        process.wait()


def test_dask_performs_tasks_and_a_node_that_dies_costs_an_attempt_at_most(
    engine: Engine,
    background: Callable[..., Background],
    dask: tuple[str, list[subprocess.Popen[bytes]]],
    tmp_path: Path,
) -> None:
    from distributed import Client

    file, nodes = dask
    engine.deploy("flow: many\nsteps: {many: {handler: whoami, map: $input.items}}")
    engine.deploy("flow: one\nsteps: {wait_for_file: {retry: {base_delay: 10ms}}}")
    with Client(scheduler_file=file, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=30)
        background(APP, executor=lambda: client.get_executor(pure=False), concurrency=2)
        many = engine.start("many", {"items": list(range(10))})
        wait_for(lambda: engine.status(many) != "started")
        assert {one["pid"] for one in engine.output(many)["many"]} <= {node.pid for node in nodes}

        begun, go = tmp_path / "begun", tmp_path / "go"
        run = engine.start("one", {"file": str(begun), "go": str(go)})
        wait_for(begun.exists)
        pid = int(begun.read_text())
        begun.unlink()
        os.kill(pid, signal.SIGKILL)
        go.touch()
        wait_for(lambda: engine.status(run) != "started")
        assert engine.output(run) == {"wait_for_file": "gone on"}
        assert int(begun.read_text()) != pid
