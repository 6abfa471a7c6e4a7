"""``python -m tests.db.dumps.make N``: dump a database of the installed flowc, with runs in every state, as schema N.

Run it at the commit before a migration is added; the test of upgrades restores what the last one left.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import psycopg

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db import queries
from flowc.db.connect import connect
from flowc.db.deploy import deploy
from flowc.db.embedded import Embedded
from flowc.db.install import install, schema_version
from flowc.db.rows import Task

HERE = Path(__file__).parent
FLOW = {
    "flow": "stored",
    "steps": {
        "list": {"kind": "task"},
        "each": {"kind": "map", "map": "$list", "depends_on": ["list"], "with": {"item": "$item"}, "max_parallel": 2},
        "side": {"kind": "task", "depends_on": ["list"], "retry": {"max_attempts": 2, "base_delay": 3_600_000}},
        "join": {"kind": "task", "depends_on": ["each", "side"]},
    },
}
HANDLERS = ["list", "each", "side", "join"]


def fill(conn: psycopg.Connection) -> None:
    """A completed run, a failed one, a cancelled one, one that waits for a retry, one with a lease, one not begun."""
    deploy(conn, emit([define(FLOW)], plain=True))
    for fate in ("complete", "fail", "cancel", "retry", "lease", "begin"):
        run_id = queries.start_flow(conn, "stored", run_key=fate)
        while fate != "begin" and (tasks := _poll(conn, run_id)):
            for task in tasks:
                if fate in ("fail", "retry") and task.step_slug == "side":
                    queries.fail_task(conn, run_id, "side", None, task.attempt, '{"class": "No"}', fate == "retry")
                elif fate in ("lease", "cancel") and task.step_slug == "side":
                    continue
                else:
                    output = "[1, 2, 3]" if task.step_slug == "list" else '{"ok": true}'
                    queries.complete_task(conn, run_id, task.step_slug, task.task_index, task.attempt, output)
        if fate == "cancel":
            queries.cancel_run(conn, run_id, "no need")


def _poll(conn: psycopg.Connection, run_id: str) -> list[Task]:
    tasks = queries.poll_for_tasks(conn, 0, "old worker", HANDLERS, 10, timedelta(days=3650))
    assert all(task.run_id == run_id for task in tasks)
    return tasks


def main() -> None:
    number = int(sys.argv[1])
    if number != schema_version():
        sys.exit(f"this flowc has schema {schema_version()}, not {number}")
    with tempfile.TemporaryDirectory(prefix="flowc-dump-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        with Embedded(Path(folder)) as server:
            with connect(server.url) as conn:
                install(conn)
                fill(conn)
            dump = [server.bin / "pg_dump", "--no-owner", "--no-privileges", "--inserts", "--schema=flowc", server.url]
            clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
            text = subprocess.run(dump, check=True, capture_output=True, text=True, env=clean).stdout
    # Tokens of psql's that differ with every dump, and a setting that older servers do not know.
    foreign = ("\\restrict", "\\unrestrict", "SET transaction_timeout")
    kept = "".join(line for line in text.splitlines(keepends=True) if not line.startswith(foreign))
    (HERE / f"schema_{number}.sql").write_text(kept, encoding="utf-8")


if __name__ == "__main__":
    main()
