"""``flowc graph``: a flow file or a run as a picture, on stdout or in a file."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.compiler.pipeline import compile_file
from flowc.db import queries
from tests.cli.conftest import ROOT, Flowc, environment

FLOW = "flows/analyze_website.yaml"
LEASE = timedelta(minutes=1)
SECRETS = ["FLOWC_DATABASE_URL"]


@pytest.mark.parametrize(
    ("form", "beginning"),
    [("mermaid", "flowchart TD\n"), ("dot", 'digraph "'), ("svg", "<svg "), ("ascii", "analyze_website_v1\n ")],
)
def test_a_flow_is_drawn_in_every_format(flowc: Flowc, form: str, beginning: str) -> None:
    result = flowc("graph", FLOW, "--format", form)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(beginning)
    assert "notify_sentry" in result.stdout


def test_without_a_format_the_ending_of_the_file_says_it(flowc: Flowc, project: Path) -> None:
    assert flowc("graph", FLOW).stdout == flowc("graph", FLOW, "--format", "ascii").stdout
    result = flowc("graph", FLOW, "-o", "out.svg")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "wrote out.svg\n")
    stored = (ROOT / "docs" / "analyze_website.svg").read_bytes()
    assert (project / "out.svg").read_bytes() == stored
    nowhere = flowc("graph", FLOW, "-o", "none/out.svg")
    assert (nowhere.returncode, nowhere.stderr[:35]) == (2, "error: cannot write none/out.svg: N")


def test_an_ending_that_says_no_format_is_refused(flowc: Flowc, project: Path) -> None:
    result = flowc("graph", FLOW, "-o", "out.png")
    assert (result.returncode, result.stdout, (project / "out.png").exists()) == (2, "", False)
    assert result.stderr == (
        "error: no format has the ending .png\nhelp: give --format, or one of .svg .dot .gv .mmd .mermaid .txt\n"
    )
    assert flowc("graph", FLOW, "-o", "out.png", "--format", "ascii").returncode == 0
    assert flowc("graph", FLOW, "-o", "out").returncode == 0


def test_a_file_is_drawn_without_what_only_databases_and_runs_need(project: Path) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "flowc", "graph", FLOW]
    result = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True, env=environment())
    imported = {line.rsplit("|", 1)[-1].strip() for line in result.stderr.splitlines()}
    assert "flowc.draw.layout" in imported
    assert not imported & {"psycopg", "rich", "networkx", "flowc.db", "flowc.runtime", "flowc.draw.colours"}


def test_descriptions_are_tooltips(flowc: Flowc, project: Path) -> None:
    (project / "told.yaml").write_text("flow: told\nsteps:\n  first:\n    description: Fetch a < b.\n")
    assert "<title>first\nFetch a &lt; b.</title>" in flowc("graph", "told.yaml", "--format", "svg").stdout


def test_mistakes_are_reported_and_nothing_is_drawn(flowc: Flowc, project: Path) -> None:
    (project / "wrong.yaml").write_text("flow: wrong\nsteps:\n  a:\n    depends_on: [b]\n")
    result = flowc("graph", "wrong.yaml", "--format", "svg")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("error[FL301]: there is no step `b`\n --> wrong.yaml:4:")
    assert result.stderr == flowc("compile", "wrong.yaml").stderr


def test_a_file_that_is_no_file_is_said(flowc: Flowc) -> None:
    missing = flowc("graph", "flows/none.yaml")
    assert (missing.returncode, missing.stdout) == (2, "")
    assert missing.stderr.startswith("error: ")
    assert flowc("graph").stderr == ("error: nothing says what to draw\nhelp: name a FILE, or a run with --run\n")


def test_stdout_that_takes_only_ascii_gets_only_ascii(flowc: Flowc) -> None:
    result = flowc("graph", FLOW, PYTHONIOENCODING="ascii")
    assert result.stdout.isascii()
    assert "| website |" in result.stdout


@pytest.fixture
def run_id(db: psycopg.Connection) -> str:
    """A run of the example: its first step completed, a map of two begun, of which one is done."""
    definition = compile_file(ROOT / FLOW).definition
    assert definition is not None
    db.execute(emit([definition], plain=True).encode())
    found = queries.start_flow(db, definition.slug, '{"url": "https://example.org"}')
    _complete(db, ["website"], 1, {"status": 200, "text": "a", "links": ["b", "c"]})
    _complete(db, ["fetch_page"], 1, {})
    return found


def _complete(db: psycopg.Connection, handlers: list[str], number: int, output: object) -> None:
    for task in queries.poll_for_tasks(db, 0, "w", handlers, number, LEASE, None, SECRETS):
        key = (task.run_id, task.step_slug, task.task_index, task.attempt)
        assert queries.complete_task(db, *key, json.dumps(output)) == "ok"


def test_a_run_is_drawn_with_its_states_and_needs_no_file(flowc: Flowc, dsn: str, run_id: str) -> None:
    result = flowc("graph", "--run", run_id[:23], "--db", dsn, "--format", "mermaid")
    assert result.returncode == 0, result.stderr
    assert '    s_website["✓ website"]\n' in result.stdout
    assert "<br/>1 of 2" in result.stdout
    assert "    class s_website completed\n" in result.stdout
    assert "    class s_if_failure,s_notify_sentry skipped\n" in result.stdout


def test_the_file_of_a_run_gives_it_order_and_words_unless_it_says_something_else(
    flowc: Flowc, dsn: str, run_id: str, project: Path
) -> None:
    command = ["graph", FLOW, "--run", run_id, "--db", dsn, "--format", "mermaid"]
    drawn = flowc(*command)
    assert drawn.stdout.index("s_sentiment[") < drawn.stdout.index("s_subpages[") < drawn.stdout.index("s_if_failure[")
    changed = (project / FLOW).read_text().replace("notify_sentry", "tell_sentry")
    (project / FLOW).write_text(changed)
    other = flowc(*command)
    assert "s_notify_sentry[" in other.stdout
    assert "as it was deployed; the file says something else, and is not drawn\n" in other.stderr


def test_an_unknown_run_is_said_with_what_was_meant(flowc: Flowc, dsn: str, run_id: str) -> None:
    slip = run_id[:-1] + ("0" if run_id[-1] != "0" else "1")
    result = flowc("graph", "--run", slip, "--db", dsn)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.endswith(f"error: there is no run {slip}\nhelp: did you mean `{run_id}`?\n")


def test_a_run_of_nothing_but_branches_and_waiting_steps_is_drawn(
    flowc: Flowc, db: psycopg.Connection, dsn: str
) -> None:
    steps = {
        "first": {"kind": "task"},
        "inner": {"kind": "branch", "depends_on": ["first"]},
        "second": {"kind": "task", "branch": "inner"},
        "last": {"kind": "task", "depends_on": ["inner"]},
    }
    db.execute(emit([define({"flow": "waits", "steps": steps})], plain=True).encode())
    text = flowc("graph", "--run", queries.start_flow(db, "waits"), "--db", dsn).stdout
    assert "│ ▸ first │" in text
    assert "╭─ · inner ─" in text
    assert text.endswith("· 3 created  ▸ 1 started\n")
