"""The worker that ``flowc run`` brings along takes up tasks of other runs too, and leaves none of them behind."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import psycopg

from tests.cli.conftest import Flowc, environment

HANDLERS = """
import time, threading
from pathlib import Path
from flowc import Handlers
handlers = Handlers()
both = threading.Barrier(2)
@handlers.register
def mine():
    both.wait()
@handlers.register
def others():
    both.wait()
    while not Path("go").exists():
        time.sleep(0.01)
"""


def test_a_run_that_has_ended_waits_for_handlers_of_other_runs(flowc: Flowc, project: Path, dsn: str) -> None:
    (project / "two.py").write_text(HANDLERS)
    for slug in ("mine", "others"):
        (project / f"{slug}.yaml").write_text(f"flow: {slug}_flow\nsteps: {{{slug}: {{retry: {{max_attempts: 1}}}}}}\n")
    assert flowc("deploy", "others.yaml", FLOWC_DATABASE_URL=dsn).returncode == 0
    other = flowc("start", "others_flow", FLOWC_DATABASE_URL=dsn).stdout.strip()

    with subprocess.Popen(
        [sys.executable, "-m", "flowc", "run", "mine.yaml", "--handlers", "two:handlers"],
        cwd=project,
        env=environment(FLOWC_DATABASE_URL=dsn),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        assert any(line.startswith("the run has ended; waiting") for line in process.stderr)
        (project / "go").touch()
        assert json.loads(process.stdout.read()) == {"mine": None}
    assert process.returncode == 0

    with psycopg.connect(dsn) as conn:
        query = "select r.status, t.attempt from flowc.runs r join flowc.step_tasks t using (run_id) where run_id = %s"
        assert conn.execute(query, [other]).fetchall() == [("completed", 1)]
