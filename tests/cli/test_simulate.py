"""``flowc simulate``: the whole way of a flow without a database, and without the time that it would take."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Flowc

HANDLERS = """
from flowc import Handlers
handlers = Handlers()
seen = []
@handlers.register
def shaky(ctx):
    print("printed by a handler")
    if ctx.attempt < 3:
        raise ValueError(f"no luck at attempt {ctx.attempt}")
    return ctx.attempt
@handlers.register
def broken():
    raise ValueError("no")
@handlers.register
def keen(ctx):
    return len(ctx.secrets["KEEN_TOKEN"])
"""


def test_an_example_runs_without_a_database(flowc: Flowc, project: Path) -> None:
    result = flowc("simulate", "flows/word_counts.yaml", 'lines=["a b a", ""]')
    assert (result.returncode, json.loads(result.stdout)) == (0, {"lines": [{"a": 2, "b": 1}, {}], "total": 3})
    assert "✓ " in result.stderr
    assert "database" not in result.stderr
    assert not (project / ".flowc").exists()


def test_retries_are_shown_and_not_waited_for(flowc: Flowc, project: Path) -> None:
    (project / "shaky.py").write_text(HANDLERS)
    (project / "shaky.yaml").write_text(
        "flow: shaky\nsteps:\n  shaky: {delay: 2d, retry: {base_delay: 1h, max_delay: 1d, jitter: 0}}\n"
    )
    result = flowc("simulate", "shaky.yaml", "--handlers", "shaky:handlers")
    assert (result.returncode, json.loads(result.stdout)) == (0, {"shaky": 3})
    assert "shaky: attempt 2 failed: ValueError: no luck at attempt 2\n" in result.stderr
    assert result.stderr.endswith("completed after 2 d 03 h of simulated time\n")
    assert result.stderr.count("printed by a handler") == 3


def test_a_run_that_fails_is_exit_code_1_with_the_handler_s_traceback(flowc: Flowc, project: Path) -> None:
    (project / "shaky.py").write_text(HANDLERS)
    (project / "bad.yaml").write_text("flow: bad\nsteps:\n  broken: {retry: {max_attempts: 1}}\n")
    result = flowc("simulate", "bad.yaml", "--handlers", "shaky:handlers")
    assert (result.returncode, result.stdout) == (1, "")
    assert "error: the simulated run failed in `broken`: ValueError: no\n" in result.stderr
    assert 'raise ValueError("no")' in result.stderr
    told = flowc("simulate", "bad.yaml", "--handlers", "shaky:handlers", "--json")
    shown = json.loads(told.stdout)
    assert (told.returncode, shown["status"], shown["failed_step"]) == (1, "failed", "broken")
    assert [task["status"] for task in shown["step_tasks"]] == ["failed"]
    assert shown["task_errors"][0]["message"] == "no"


def test_secrets_are_those_of_the_environment(flowc: Flowc, project: Path) -> None:
    (project / "shaky.py").write_text(HANDLERS)
    (project / "keen.yaml").write_text("flow: keen\nsecrets: [KEEN_TOKEN]\nsteps: {keen: }\n")
    command = ("simulate", "keen.yaml", "--handlers", "shaky:handlers")
    assert json.loads(flowc(*command, KEEN_TOKEN="abc").stdout) == {"keen": 3}
    result = flowc(*command)
    assert (result.returncode, result.stdout) == (2, "")
    assert "error: the flow needs KEEN_TOKEN, which no source of secrets here has\nhelp: export" in result.stderr


def test_mistakes_of_the_file_and_of_its_input_come_first(flowc: Flowc, project: Path) -> None:
    (project / "bad.yaml").write_text("flow: bad\nsteps: {a: {tiemout: 5s}}\n")
    bad = flowc("simulate", "bad.yaml")
    assert (bad.returncode, bad.stdout) == (1, "")
    assert "error[FL201]" in bad.stderr
    wrong = flowc("simulate", "flows/analyze_website.yaml", "--input", '{"url": 5}')
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "`$.url`" in wrong.stderr
