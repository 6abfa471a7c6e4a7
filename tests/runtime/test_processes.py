"""Handlers in processes: killed when their time is over, and nobody else is hurt when they die."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from flowc import Handlers, Worker
from flowc.db import queries
from flowc.errors import UsageError
from flowc.runtime import processes
from tests.conftest import Clock
from tests.runtime import process_app
from tests.runtime.conftest import Background, Engine
from tests.runtime.test_worker_process import wait_for

APP = "tests.runtime.process_app:handlers"
ROOT = Path(__file__).parents[2]
VALUE = "correct-horse"


def work(engine: Engine, **more: Any) -> None:
    assert Worker(engine.dsn, APP, executor="process", drain=True, **{"concurrency": 2, **more}).run() == 0


def one_step(engine: Engine, handler: str, **step: str) -> None:
    """Deploy the flow `one` with a step of this handler."""
    keys = "".join(f", {name}: {value}" for name, value in step.items())
    engine.deploy(f"flow: one\nsecrets: [TOKEN]\nsteps: {{work: {{handler: {handler}{keys}}}}}")


def is_alive(pid: int) -> bool:
    """Whether a process runs: one that is dead and not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")")[1].split()[0] != "Z"
    except OSError:
        return False


def test_handlers_run_in_children_that_are_used_again_and_die_with_the_worker(engine: Engine) -> None:
    engine.deploy("flow: one\nsteps: {many: {handler: whoami, map: $input.items}, alone: {handler: later}}")
    run = engine.start("one", {"items": list(range(20))})
    work(engine)
    output = engine.output(run)
    pids = {one["pid"] for one in output["many"]} | {output["alone"]}

    assert os.getpid() not in pids
    assert len(pids) <= 2
    assert {(one["group"] == one["pid"], one["attempt"], one["run"], one["stdin"]) for one in output["many"]} == {
        (True, 1, run, "")
    }
    wait_for(lambda: not any(map(is_alive, pids)))


def test_a_process_that_a_handler_forked_answers_for_no_task(engine: Engine) -> None:
    engine.deploy("flow: one\nsteps: {work: {handler: fork_and_come_back, map: $input.items}}")
    run = engine.start("one", {"items": list(range(10))})
    work(engine, concurrency=1)
    assert engine.output(run) == {"work": list(range(10))}


def test_a_handler_that_closes_the_workers_socket_is_told_of_without_a_traceback(
    engine: Engine, capfd: pytest.CaptureFixture[str]
) -> None:
    one_step(engine, "close_all_files", retry="{max_attempts: 1}")
    run = engine.start("one")
    work(engine, secrets={"TOKEN": VALUE})
    told = capfd.readouterr().err
    assert "a handler closed the socket on which its result goes to the worker" in told
    assert "Traceback" not in told
    assert engine.error(run)["class"] == "ProcessDied"


def test_what_handlers_raise_and_return_is_what_it_is_in_threads(engine: Engine, clock: Clock) -> None:
    for handler in ("wrong", "unstorable", "postpone"):
        engine.deploy(f"flow: {handler}\nsteps: {{work: {{handler: {handler}, retry: {{max_attempts: 2}}}}}}")
    clock.set("2030-01-01 00:00Z")
    wrong, unstorable, postpone = (engine.start(flow) for flow in ("wrong", "unstorable", "postpone"))
    worker = Worker(engine.dsn, APP, executor="process", concurrency=1, on_event=lambda event: done(event.kind))
    ended: list[str] = []

    def done(kind: str) -> None:
        ended.append(kind)
        if ended.count("failed") == 3:
            worker.stop()

    worker.run()
    assert engine.attempts(wrong) == [("work", 1, "ValueError")]
    assert engine.error(unstorable)["class"] == "InvalidOutput"
    [task] = queries.step_tasks(engine.conn, postpone)
    assert task.status == "queued"
    clock.advance("59 minutes")
    assert queries.next_due(engine.conn, 0) is not None
    clock.advance("2 minutes")
    work(engine)
    assert engine.output(postpone) == {"work": "later"}


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"signal": signal.SIGKILL}, "was killed by SIGKILL in the middle of the task; was there too little memory?"),
        ({"signal": signal.SIGSEGV}, "was killed by SIGSEGV in the middle of the task"),
        ({"code": 3}, "ended with exit code 3 in the middle of the task"),
    ],
)
def test_a_child_that_dies_is_a_failed_attempt_that_says_how(engine: Engine, how: dict[str, int], said: str) -> None:
    one_step(engine, "die", retry="{base_delay: 10ms}")
    run = engine.start("one", how)
    work(engine, secrets={"TOKEN": VALUE}, concurrency=1)

    assert engine.output(run) == {"work": "alive"}
    [error] = queries.task_errors(engine.conn, run)
    assert (error.class_, error.message) == ("ProcessDied", f"the process of the handler {said}")


@pytest.mark.parametrize("way", ["holds the GIL", "stubborn", "neat"])
def test_a_handler_past_its_timeout_is_killed_with_all_that_it_started(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(processes, "GRACE_SECONDS", 0.1)
    one_step(engine, "hold", timeout="300ms", retry="{max_attempts: 1}")
    file, neat = tmp_path / "pids", tmp_path / "neat"
    more = {"stubborn": {"stubborn": True}, "neat": {"neat": str(neat)}}.get(way, {})
    run = engine.start("one", {"file": str(file), **more})
    work(engine, secrets={"TOKEN": VALUE}, concurrency=1, lease=timedelta(seconds=1))

    assert engine.error(run)["class"] == "Timeout"
    assert engine.attempts(run) == [("work", 1, "Timeout")]
    pids = [int(pid) for pid in file.read_text().split()]
    wait_for(lambda: not any(map(is_alive, pids)))
    assert neat.exists() == (way == "neat")


def test_a_cancelled_run_s_handler_is_killed(
    engine: Engine, background: Callable[..., Background], tmp_path: Path
) -> None:
    one_step(engine, "wait_for_file")
    file = tmp_path / "pid"
    run = engine.start("one", {"file": str(file), "go": str(tmp_path / "go")})
    background(APP, executor="process", concurrency=1, lease=1.0, secrets={"TOKEN": VALUE})
    wait_for(file.exists)
    pid = int(file.read_text())
    assert is_alive(pid)
    queries.cancel_run(engine.conn, run)

    wait_for(lambda: not is_alive(pid))
    assert engine.status(run) == "cancelled"


def test_a_worker_that_stops_lets_its_children_finish(
    engine: Engine, background: Callable[..., Background], tmp_path: Path
) -> None:
    one_step(engine, "wait_for_file")
    file, go = tmp_path / "pid", tmp_path / "go"
    run = engine.start("one", {"file": str(file), "go": str(go)})
    working = background(APP, executor="process", concurrency=1, secrets={"TOKEN": VALUE})
    wait_for(file.exists)
    working.worker.stop()
    go.touch()
    working.stop()

    assert engine.output(run) == {"work": "gone on"}


def test_children_die_with_a_worker_that_is_killed(engine: Engine, tmp_path: Path) -> None:
    one_step(engine, "wait_for_file")
    file = tmp_path / "pid"
    engine.start("one", {"file": str(file), "go": str(tmp_path / "go")})
    program = f"from flowc import Worker; Worker({engine.dsn!r}, {APP!r}, executor='process', concurrency=1).run()"
    environment = {**os.environ, "TOKEN": VALUE, "PYTHONPATH": str(ROOT)}
    worker = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=environment)
    try:
        wait_for(file.exists)
        pid = int(file.read_text())
        assert is_alive(pid)
    finally:
        worker.kill()
        worker.wait()
    wait_for(lambda: not is_alive(pid))


@pytest.mark.parametrize("store", ["table", "folder"])
def test_blobs_go_through_children_as_through_threads(engine: Engine, tmp_path: Path, store: str) -> None:
    engine.deploy("flow: one\nsteps: {draw: , large: , look: {depends_on: [draw, large]}}")
    run = engine.start("one")
    work(engine, blobs="table" if store == "table" else f"folder:{tmp_path}", inline_limit=1000)

    png, text = b"\x89PNG" * 50_000, json.dumps("x" * 100_000).encode()
    stored = {blob.blob_id: (blob.size, blob.runs) for blob in queries.blobs(engine.conn)}
    assert stored == {sha256(data).hexdigest(): (len(data), 1) for data in (png, b"small", text)}
    ended = queries.run(engine.conn, run)
    assert ended is not None
    assert (ended.status, json.loads(ended.output or "")) == ("completed", {"look": None})
    [mark] = json.loads(ended.output_blobs or "")
    assert (mark["path"], mark["blob_id"]) == (["look"], sha256(png).hexdigest())
    assert [file.read_bytes() == png for file in tmp_path.rglob(sha256(png).hexdigest())] == [True] * (store != "table")


def test_a_blob_that_is_missing_is_said_by_a_child(engine: Engine) -> None:
    engine.deploy("flow: one\nsteps: {draw: , large: , look: {depends_on: [draw, large], retry: {max_attempts: 1}}}")
    run = engine.start("one")
    first = Handlers()
    first.register(process_app.draw)
    first.register(process_app.large)
    assert Worker(engine.dsn, first, drain=True).run() == 0
    engine.conn.execute("delete from flowc._blobs; delete from flowc._blob_chunks")
    work(engine)
    assert engine.error(run)["class"] == "BlobMissing"


def test_a_child_stores_no_blob_with_a_secret_in_it(engine: Engine) -> None:
    one_step(engine, "tell_secret_in_bytes")
    run = engine.start("one")
    work(engine, secrets={"TOKEN": VALUE})
    assert engine.error(run)["class"] == "SecretInOutput"
    assert queries.blobs(engine.conn) == []


def test_secrets_reach_children_and_nobody_else(
    engine: Engine, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    value = f"horse-{uuid4().hex}"  # of no other test, whose processes are looked at, too
    for handler in ("read_secret", "tell_secret", "arguments_of_parents"):
        engine.deploy(f"flow: {handler}\nsecrets: [TOKEN]\nsteps: {{work: {{handler: {handler}}}}}")
    read, tell, parents = (engine.start(flow) for flow in ("read_secret", "tell_secret", "arguments_of_parents"))
    work(engine, secrets={"TOKEN": value})

    assert engine.output(read) == {"work": len(value)}
    assert engine.output(parents) == {"work": False}
    assert engine.error(tell)["class"] == "SecretInOutput"
    told = capfd.readouterr()
    assert "printed ***" in told.out
    assert "logged ***" in told.err
    assert value not in told.out + told.err


def test_a_secret_that_is_exchanged_reaches_children_that_are_there(
    engine: Engine, background: Callable[..., Background], tmp_path: Path
) -> None:
    engine.deploy("flow: one\nsecrets: [TOKEN]\nsteps: {work: {handler: read_secret}}")
    values = {"TOKEN": "short"}
    background(APP, executor="process", concurrency=1, secrets=values)
    first = engine.start("one")
    wait_for(lambda: engine.status(first) == "completed")
    values["TOKEN"] = "quite a long one"
    second = engine.start("one")
    wait_for(lambda: engine.status(second) == "completed")
    assert (engine.output(first), engine.output(second)) == ({"work": 5}, {"work": 16})


def test_children_keep_blobs(engine: Engine) -> None:
    engine.deploy("flow: one\nsteps: {large: , size: {with: {text: $large}}}")
    run = engine.start("one")
    work(engine, inline_limit=1000, concurrency=1)
    assert engine.output(run) == {"size": 100_000}
    assert engine.conn.execute("select count(*) from flowc._blobs").fetchone() == (1,)


def test_an_executor_that_there_is_not_is_said(dsn: str) -> None:
    handlers = Handlers()
    handlers.register(lambda: 1, name="one")
    with pytest.raises(UsageError, match="there is no executor `fork`"):
        Worker(dsn, handlers, executor="fork")
    with pytest.raises(UsageError, match="handlers in other processes must be found there"):
        Worker(dsn, handlers, executor="process")


def test_a_child_that_cannot_load_the_handlers_is_a_failed_attempt_that_says_why(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "vanishing_app.py").write_text(
        "from flowc import Handlers\nhandlers = Handlers()\nhandlers.register(lambda: 1, name='whoami')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    engine.deploy("flow: one\nsteps: {whoami: {retry: {max_attempts: 1}}}")
    run = engine.start("one")
    worker = Worker(engine.dsn, "vanishing_app:handlers", executor="process", concurrency=1, drain=True)
    (tmp_path / "vanishing_app.py").unlink()
    with caplog.at_level(logging.WARNING, "flowc.worker"):
        worker.run()

    error = engine.error(run)
    assert error["class"] == "ProcessDied"
    assert "a process for handlers cannot start: there is no module `vanishing_app` here" in error["message"]
