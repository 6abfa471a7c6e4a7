"""The manual's page of the SQL functions and views that people call, printed from their files."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.conftest import ROOT

SQL = ROOT / "sql"
FUNCTIONS = {
    "Runs": ("start_flow", "start_flows", "cancel_run", "retry_run", "prune"),
    "Flows": ("retire_flow", "delete_flow"),
    "Blobs": ("get_blob", "put_blob", "collect_blobs"),
}
VIEWS = ("runs", "step_states", "step_tasks", "task_errors", "blobs", "workers", "untaken", "stalled", "invariants")
_HEAD = """\
# SQL: functions and views

What an application, a dashboard or a person calls in the database. Workers and deploys call others, in the files beside
these. The columns of `runs`, `step_states`, `step_tasks` and `task_errors` stand in [the page on the command
line](cli.md#flowc-show).

This page is printed from the files in `sql/`, by `python -m tests.manual`.

## Roles

`flowc install` makes four roles without login, where it may, and grants each what it needs. Grant them to the roles
that log in. Nobody but the owner reads or writes the tables of runs.

| role | may |
|---|---|
| `flowc_deployer` | deploy, retire and delete flows |
| `flowc_worker` | poll for tasks and settle them, read and store blobs |
| `flowc_client` | start, cancel and retry runs, read the views, read and store blobs |
| `flowc_observer` | read the views and blobs |

`prune` and `collect_blobs` are the owner's.
"""


def page() -> str:
    """The whole page."""
    parts = [_HEAD]
    for title, names in FUNCTIONS.items():
        parts += [f"## {title}\n", *(_function(name) for name in names)]
    parts.append("## Views\n\n| view | has |\n|---|---|")
    parts += [f"| `flowc.{name}` | {_promise(_file('views', name)).partition('. ')[0].rstrip('.')} |" for name in VIEWS]
    return "\n".join(parts) + "\n"


def _function(name: str) -> str:
    file = _file("functions", name)
    [said] = re.findall(r"create or replace function (.*?)\n?(?:language|as \$)", file.read_text(), re.DOTALL)
    signature = " ".join(said.split()).replace("( ", "(")
    return f"```sql\n{signature.strip()}\n```\n\n{_promise(file)}\n"


def _promise(file: Path) -> str:
    """The comment at the head of a file."""
    lines = file.read_text().splitlines()
    first = next(number for number, line in enumerate(lines) if not line.startswith("--"))
    return " ".join(line.removeprefix("--").strip() for line in lines[:first]).replace("|", "\\|")


def _file(folder: str, name: str) -> Path:
    [file] = [file for file in (SQL / folder).glob("*.sql") if re.sub(r"^\d+_", "", file.stem) == name]
    return file
