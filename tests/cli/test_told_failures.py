"""What is said of steps that failed or were skipped without a handler's fault, in words that are true."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Flowc

UNMET = """
flow: unmet
steps:
  pong:
  never: {handler: pong, run_if: {pong: gong}, on_unmet: fail}
"""
SKIPPED = """
flow: skips
steps:
  broken: {on_failure: skip, retry: {max_attempts: 1}}
"""
BROKEN = """
from flowc import Handlers
handlers = Handlers()
@handlers.register
def broken():
    raise ValueError("no")
"""


def test_a_step_that_fails_by_its_condition_has_no_attempt(flowc: Flowc, project: Path, dsn: str) -> None:
    (project / "unmet.yaml").write_text(UNMET)
    result = flowc("run", "unmet.yaml", FLOWC_DATABASE_URL=dsn)
    assert result.returncode == 1
    assert "  never: failed (ConditionUnmet: " in result.stderr
    assert "attempt" not in result.stderr

    run_id = next(line for line in result.stderr.splitlines() if line.startswith("run ")).split()[1].rstrip(":")
    shown = flowc("show", run_id, FLOWC_DATABASE_URL=dsn).stdout
    assert "\nnever: ConditionUnmet: " in shown
    assert "attempt" not in shown


def test_one_skipped_failure_is_one_failure(flowc: Flowc, project: Path, dsn: str) -> None:
    (project / "skips.yaml").write_text(SKIPPED)
    (project / "broken.py").write_text(BROKEN)
    result = flowc("run", "skips.yaml", "--handlers", "broken:handlers", FLOWC_DATABASE_URL=dsn)
    assert result.returncode == 0
    assert result.stderr.endswith(", 1 failure was skipped\n")
