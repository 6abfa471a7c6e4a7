"""Processes that end in the middle of a run: it is lost to nobody."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import Flowc, environment
from tests.conftest import Clock

# The example's handlers, but `summary` says that it has begun and then waits to be killed.
STUCK = """
import sys, threading
from flowc import Handlers
from flows import handlers as example
handlers = Handlers()
for handler in example.handlers:
    if handler.name != "summary":
        handlers.register(handler.function, name=handler.name)
@handlers.register
def summary(website):
    print("begun", file=sys.stderr, flush=True)
    threading.Event().wait()
"""


def started(project: Path, url: str, *arguments: str) -> subprocess.Popen[str]:
    """A command that is at work in the handler `summary`."""
    (project / "stuck.py").write_text(STUCK)
    process = subprocess.Popen(
        [sys.executable, "-m", "flowc", *arguments, "--handlers", "stuck:handlers"],
        cwd=project,
        env=environment(FLOWC_DATABASE_URL=url),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        if line == "begun\n":
            return process
        said.append(line)
    raise AssertionError("".join(said))


def test_what_a_killed_worker_left_is_finished_by_another(flowc: Flowc, project: Path, dsn: str, clock: Clock) -> None:
    assert flowc("deploy", FLOWC_DATABASE_URL=dsn).returncode == 0
    run_id = flowc("start", "analyze_website_v1", "url=flows/pages/index.html", FLOWC_DATABASE_URL=dsn).stdout.strip()
    with started(project, dsn, "worker") as worker:
        os.kill(worker.pid, signal.SIGKILL)
    assert worker.returncode == -signal.SIGKILL

    clock.advance("1 hour")  # the lease of the dead is over
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("select flowc.expire_leases(bucket) from generate_series(0, flowc.buckets() - 1) bucket")
    clock.advance("1 hour")  # and so is the wait before the next attempt
    assert flowc("worker", "--drain", FLOWC_DATABASE_URL=dsn).returncode == 0
    told = json.loads(flowc("show", run_id, "--json", FLOWC_DATABASE_URL=dsn).stdout)
    assert (told["status"], told["output"]["report"]["mood"]) == ("completed", "positive")
    assert ("summary", 2) in [(task["step_slug"], task["attempt"]) for task in told["step_tasks"]]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_says_how_it_goes_on(project: Path, dsn: str, number: int, code: int) -> None:
    with started(project, dsn, "run", "flows/analyze_website.yaml", "url=flows/pages/index.html") as process:
        process.send_signal(number)
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("stopping"):
                break
        process.send_signal(number)
        said = process.stderr.read()
        assert process.stdout is not None
        assert process.stdout.read() == ""
    assert process.returncode == code, said
    with psycopg.connect(dsn) as conn:
        [(run_id, status)] = conn.execute("select run_id::text, status from flowc.runs").fetchall()
    assert status == "started"
    assert said.rstrip("\n") == (
        f"run {run_id} is not finished: flowc worker --drain --handlers stuck:handlers takes it up again,"
        f" flowc show {run_id} says where it is"
    )
