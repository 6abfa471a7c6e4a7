"""What all commands have in common: help, version, exit codes, words for what went wrong."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flowc import __version__
from flowc.cli.group import COMMANDS
from tests.cli.conftest import Flowc, environment

HEAVY = {
    "yaml",
    "psycopg",
    "networkx",
    "jsonschema",
    "jsonschema_rs",
    "rich",
    "orjson",
    "pydantic",
    "flowc.db",
    "flowc.compiler",
}


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_nothing_heavy_is_imported_for(option: str) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "flowc", option]
    result = subprocess.run(command, capture_output=True, text=True, check=True, env=environment())
    imported = {line.rsplit("|", 1)[-1].strip() for line in result.stderr.splitlines()}
    assert "click" in imported
    assert not imported & HEAVY


def test_the_version_is_that_of_the_package(flowc: Flowc) -> None:
    assert flowc("--version").stdout == f"flowc {__version__}\n"


@pytest.mark.parametrize("command", ["", *COMMANDS, "flows retire", "flows delete"])
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_fits_one_screen_and_has_an_example(flowc: Flowc, command: str, option: str) -> None:
    result = flowc(*command.split(), option, COLUMNS="80")
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert len(lines) <= (24 if command else 40)
    assert max(map(len, lines)) <= 80
    assert any(line.strip().startswith("Example:") for line in lines)


@pytest.mark.parametrize("above", [[], ["blob"]])
def test_without_a_command_the_help_goes_to_stderr(flowc: Flowc, above: list[str]) -> None:
    result = flowc(*above)
    assert (result.returncode, result.stdout) == (2, "")
    assert "Commands:" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["chek"], "error: no such command: chek; did you mean `check`"),
        (["check", "--fromat", "json"], "error: no such option '--fromat'"),
        (["check", "--format", "xml"], "error: invalid value for '--format'"),
        (["run"], "error: missing argument 'FILE'"),
        (["start", "report", "--priority", "1000001"], "1000001 is not in the range -1000000<=x<=1000000"),
        (["prune", "--older-than", "30"], "`30` is no duration: write it like"),
    ],
)
def test_a_wrong_command_line_is_two_lines_and_exit_code_2(flowc: Flowc, arguments: list[str], words: str) -> None:
    result = flowc(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert words in result.stderr
    assert re.fullmatch(r"error: .*\nhelp: .*\n", result.stderr)


def test_a_bug_of_ours_is_exit_code_3_without_a_traceback(flowc: Flowc, project: Path) -> None:
    broken = project / "sitecustomize.py"
    broken.write_text(
        "import flowc.project.settings\n"
        "def load_settings(*_):\n"
        "    raise LookupError('x\\ny')\n"
        "flowc.project.settings.load_settings = load_settings\n"
    )
    result = flowc("check", PYTHONPATH=str(project))
    assert result.returncode == 3
    assert result.stderr == (
        "error: flowc went wrong where it should not: LookupError: x y\n"
        "help: this is a bug of flowc: please report it to the project's issue tracker"
        " with what FLOWC_TRACEBACK=1 prints\n"
    )
    assert "Traceback" in flowc("--debug", "check", PYTHONPATH=str(project)).stderr
    assert "Traceback" in flowc("check", PYTHONPATH=str(project), FLOWC_TRACEBACK="1").stderr


@pytest.mark.parametrize("arguments", [["schema", "sql"], ["compile"], ["check"], ["explain", "FL301"]])
def test_a_closed_pipe_is_quiet(project: Path, arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    result = subprocess.run(
        [sys.executable, "-m", "flowc", *arguments],
        cwd=project,
        env=environment(),
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert (result.returncode, result.stderr) == (0, "")
