"""What a check imports, which is most of what one file takes, and what an early Ctrl-C leaves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import Flowc, environment

# An interrupt at the very first import of a library.
INTERRUPTING = """
import sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "click":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Finder())
"""
# The clock stands an hour after the files were written.
AGED = "import flowc.project.cache\nflowc.project.cache._TICK = -3_600_000_000_000\n"


def imported(project: Path, *arguments: str) -> set[str]:
    """The modules that a command imports."""
    command = [sys.executable, "-X", "importtime", "-m", "flowc", *arguments]
    result = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=project, env=environment(PYTHONPATH=str(project))
    )
    return {line.rsplit("|", 1)[-1].strip() for line in result.stderr.splitlines()}


def test_a_clean_file_needs_no_parser_and_no_explanations(project: Path) -> None:
    modules = imported(project, "check", "flows/word_counts.yaml", "--no-cache")
    assert "flowc.compiler.pipeline" in modules
    assert not modules & {
        "yaml",
        "networkx",
        "jsonschema",
        "jsonschema_rs",
        "rich",
        "difflib",
        "fractions",
        "subprocess",
    }
    assert not modules & {"flowc.project.cache", "flowc.runtime.handlers", "flowc.project.unused"}


def test_what_is_known_needs_no_compiler(project: Path) -> None:
    (project / "sitecustomize.py").write_text(AGED)
    first = imported(project, "check")
    assert {"flowc.compiler.pipeline", "flowc.compiler.checks"} <= first
    again = imported(project, "check")
    assert {module for module in again if module.startswith("flowc.compiler.")} <= {"flowc.compiler.durations"}
    assert not again & {"yaml", "orjson", "jsonschema_rs", "networkx"}


def test_an_interrupt_leaves_no_traceback_though_it_comes_first(flowc: Flowc, project: Path) -> None:
    (project / "sitecustomize.py").write_text(INTERRUPTING)
    result = flowc("check", PYTHONPATH=str(project))
    assert (result.returncode, result.stdout, result.stderr) == (130, "", "")
