"""``flowc worker`` as a process: its log, its health, its secrets, and how it ends."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Flowc, environment
from tests.runtime.test_worker_process import wait_for

FLOW = """
flow: hello
secrets: [GREETING]
steps: {greet: }
"""
APP = """
from flowc import Handlers
handlers = Handlers()

@handlers.register
def greet(ctx):
    ctx.log.info("at work")
    return len(ctx.secrets["GREETING"].reveal())
"""


@pytest.fixture
def app(project: Path) -> Path:
    (project / "app.py").write_text(APP)
    (project / "hello.yaml").write_text(FLOW)
    (project / "vault").mkdir()
    (project / "vault" / "GREETING").write_text("good morning\n")
    return project


def test_a_worker_takes_the_database_and_its_secrets_from_files_and_logs_json(
    flowc: Flowc, app: Path, dsn: str
) -> None:
    (app / "vault" / "FLOWC_DATABASE_URL").write_text(dsn)
    assert flowc("deploy", "hello.yaml", "--db", dsn).returncode == 0
    run = flowc("start", "hello", "--db", dsn).stdout.strip()
    done = flowc("worker", "--handlers", "app:handlers", "--drain", "--secrets", "folder:vault", "--log-format", "json")
    assert done.returncode == 0, done.stderr

    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    [line] = [line for line in lines if line["logger"] == "flowc.handler"]
    assert (line["message"], line["run_id"], line["step"], line["attempt"]) == ("at work", run, "greet", 1)
    assert line["worker"] in done.stderr.splitlines()[1]
    assert json.loads(flowc("show", run, "--json", "--db", dsn).stdout)["output"] == {"greet": 12}


def test_sources_of_secrets_may_stand_in_the_settings(flowc: Flowc, app: Path, dsn: str) -> None:
    with (app / "pyproject.toml").open("a") as settings:
        settings.write('secrets = ["env", "folder:vault"]\n')
    done = flowc("run", "hello.yaml", "--handlers", "app:handlers", "--db", dsn)
    assert json.loads(done.stdout) == {"greet": 12}
    assert json.loads(flowc("simulate", "hello.yaml", "--handlers", "app:handlers").stdout) == {"greet": 12}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--secrets", "folder:/no/such"], "error: the folder of secrets `/no/such` cannot be read"),
        (["--secrets", "vault"], "error: `vault` is no source of secrets"),
        (["--executor", "fork"], "error: there is no executor `fork`"),
        (["--log-format", "xml"], "error: invalid value for '--log-format'"),
        (["--health-port", "70000"], "error: invalid value for '--health-port'"),
        (["--health-file", "/no/such/file"], "error: the health file `/no/such/file` cannot be touched"),
    ],
)
def test_a_wrong_option_is_two_lines_and_exit_code_2(
    flowc: Flowc, app: Path, dsn: str, options: list[str], words: str
) -> None:
    done = flowc("worker", "--handlers", "app:handlers", "--drain", *options, FLOWC_DATABASE_URL=dsn)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_worker_answers_probes_until_it_is_stopped(app: Path, dsn: str) -> None:
    command = [sys.executable, "-m", "flowc", "worker", "--handlers", "app:handlers", "--health-port", "0"]
    command += ["--health-file", "health"]
    worker = subprocess.Popen(
        command, cwd=app, env=environment(FLOWC_DATABASE_URL=dsn), stderr=subprocess.PIPE, text=True
    )
    assert worker.stderr is not None
    try:
        port = next(int(found[1]) for line in worker.stderr if (found := re.match(r"health: port (\d+)", line)))
        wait_for((app / "health").exists)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/health")
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["ok"]) == (200, True)
        connection.close()
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 143
    finally:
        worker.kill()
        worker.communicate()
    assert not (app / "health").exists()
