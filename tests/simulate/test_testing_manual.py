"""The examples of docs/testing.md pass as they stand there, those with a database through the fixtures."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import Postgres

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", MANUAL, re.DOTALL)
CONFTEST = re.findall(r"```text\n(.*?)```", MANUAL, re.DOTALL)

TWICE = """
import pytest
from flowc.testing import InvalidFlow

@pytest.mark.parametrize("time", [1, 2])
def test_each_test_has_a_database_of_its_own(flowc_database, time):
    assert flowc_database.conn.execute("select count(*) from flowc.flows").fetchone() == (0,)
    assert flowc_database.deploy("flows/ping.yaml") == ["ping"]

def test_a_flow_with_mistakes_fails_the_test_with_the_report(flowc_database, tmp_path):
    file = tmp_path / "wrong.yaml"
    file.write_text("flow: f\\nsteps: {a: {with: {x: $b}}}\\n")
    with pytest.raises(InvalidFlow, match="FL301"):
        flowc_database.deploy(file)
"""


def test_the_examples_of_the_manual_pass(postgres: Postgres, tmp_path: Path) -> None:
    assert len(EXAMPLES) == 2
    [conftest] = CONFTEST
    (tmp_path / "conftest.py").write_text(conftest)
    for number, text in enumerate([*EXAMPLES, TWICE]):
        (tmp_path / f"test_manual_{number}.py").write_text(text)
    (tmp_path / "flows").symlink_to(ROOT / "flows")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "."],
        cwd=tmp_path,
        env={**os.environ, "FLOWC_TEST_DATABASE_URL": postgres.url, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "5 passed" in done.stdout, done.stdout + done.stderr
    left = postgres.admin.execute("select count(*) from pg_database where datname like 'flowc_test_%'").fetchone()
    assert left == (0,)
