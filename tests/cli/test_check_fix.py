"""`flowc check --fix` and `--diff`, and the reports for machines."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import Flowc, environment

WRONG = "flow: wrong # a comment\r\nsteps:\r\n  a: {tiemout: 5s, with: {x: yes}}\r\n"
RIGHT = 'flow: wrong # a comment\r\nsteps:\r\n  a: {timeout: 5s, with: {x: "yes"}}\r\n'


@pytest.fixture
def wrong(project: Path) -> Path:
    file = project / "flows/wrong.yaml"
    file.write_bytes(WRONG.encode())
    return file


def test_what_can_be_mended_is_counted_then_mended(flowc: Flowc, wrong: Path) -> None:
    result = flowc("check")
    assert result.returncode == 1
    assert result.stdout.rstrip().endswith("2 fixable with --fix.")
    result = flowc("check", "--fix")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("4 flows OK (")
    assert result.stdout.endswith(". 2 fixed.\n")
    assert wrong.read_bytes() == RIGHT.encode()
    assert flowc("check", "--fix").stdout.endswith(" s)\n")


def test_what_is_left_is_reported_after_mending(flowc: Flowc, wrong: Path) -> None:
    wrong.write_text("flow: wrong\nsteps:\n  a: {tiemout: 5s, depends_on: [webiste]}\n")
    result = flowc("check", "--fix")
    assert result.returncode == 1
    assert "FL301" in result.stdout
    assert "FL201" not in result.stdout
    assert result.stdout.endswith(" 1 fixed.\n")


def test_what_would_do_harm_is_left_and_said(flowc: Flowc, wrong: Path) -> None:
    before = "flow: wrong\nsteps:\n   a:\n\tb:\n"
    wrong.write_text(before)
    result = flowc("check", "--fix")
    assert result.returncode == 1
    assert result.stdout.endswith(" 0 fixed, 1 not: to mend would make another mistake.\n")
    assert wrong.read_text() == before


def test_diff_shows_what_fix_would_change_and_changes_nothing(flowc: Flowc, wrong: Path) -> None:
    result = flowc("check", "--diff")
    assert (result.returncode, result.stderr) == (1, "2 fixable with --fix\n")
    assert result.stdout.startswith("--- a/flows/wrong.yaml\n+++ b/flows/wrong.yaml\n@@ ")
    assert "\n-  a: {tiemout: 5s, with: {x: yes}}" in result.stdout
    assert '\n+  a: {timeout: 5s, with: {x: "yes"}}' in result.stdout
    assert wrong.read_bytes() == WRONG.encode()
    wrong.write_bytes(RIGHT.encode())
    result = flowc("check", "--diff")
    assert (result.returncode, result.stdout) == (0, "")


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_diff_can_be_applied(flowc: Flowc, wrong: Path, project: Path, mark: str) -> None:
    wrong.write_text(f"{mark}flow: wrong # c\nsteps:\n  a: {{with: {{x: no}}}}", encoding="utf-8")
    patch = flowc("check", "--diff").stdout
    done = subprocess.run(["git", "apply", "-"], cwd=project, input=patch, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert wrong.read_text(encoding="utf-8") == f'{mark}flow: wrong # c\nsteps:\n  a: {{with: {{x: "no"}}}}'


def test_a_diff_breaks_lines_where_they_end(flowc: Flowc, wrong: Path) -> None:
    wrong.write_text("flow: wrong # \u2028 \x85 \nsteps:\n  a: {with: {x: no}}\n", encoding="utf-8")
    assert "@@ -1,3 +1,3 @@\n flow: wrong # \ufffd \ufffd \n steps:\n" in flowc("check", "--diff").stdout


def test_stdin_is_not_mended_and_goes_alone(flowc: Flowc) -> None:
    assert flowc("check", "-", "--fix", stdin="flow: a\nsteps: {a: }\n").returncode == 2
    assert flowc("check", "-", "flows", stdin="flow: a\nsteps: {a: }\n").returncode == 2


def test_sarif_and_junit_are_whole_documents(flowc: Flowc, wrong: Path) -> None:
    result = flowc("check", "--format", "sarif")
    assert result.returncode == 1
    [run] = json.loads(result.stdout)["runs"]
    assert [one["ruleId"] for one in run["results"]] == ["FL201", "FL109"]
    suites = ElementTree.fromstring(flowc("check", "--format", "junit").stdout.encode())
    assert (suites.get("tests"), suites.get("failures")) == ("4", "1")


FORGED = 'flow: forged\nsteps:\n  a: {"\\e[2J\\n::error::x": 1, with: {"\\r##[error]": $b}}\n'


@pytest.mark.parametrize("form", ["full", "concise", "github", "sarif", "junit", "json"])
def test_text_of_a_flow_forges_neither_escapes_nor_commands(flowc: Flowc, wrong: Path, form: str) -> None:
    wrong.write_text(FORGED)
    result = flowc("check", "flows/wrong.yaml", "--format", form)
    assert result.returncode == 1
    assert not {"\x1b", "\r"} & set(result.stdout)
    commands = [line for line in result.stdout.splitlines() if line.lstrip().startswith(("::", "##["))]
    assert all(line.startswith("::error file=flows/wrong.yaml,") for line in commands)
    assert bool(commands) is (form == "github")


def test_a_diff_moves_no_cursor(flowc: Flowc, wrong: Path) -> None:
    wrong.write_bytes(b"flow: wrong\nsteps:\n  a: {with: {x: yes}} # \xc2\x9b2J\xe2\x80\xae\n")
    result = flowc("check", "--diff")
    assert not {"\x9b", "\u202e"} & set(result.stdout)


def test_who_reads_no_more_is_left_in_peace(wrong: Path, project: Path) -> None:
    wrong.write_text("flow: wrong\nsteps:\n" + "".join(f"  a{n}: {{with: {{x: $b{n}}}}}\n" for n in range(2000)))
    command = f"'{sys.executable}' -m flowc check flows/wrong.yaml | head -n 1"
    done = subprocess.run(
        ["bash", "-c", command], cwd=project, env=environment(), capture_output=True, text=True, check=False
    )
    assert (done.stderr, done.stdout.count("\n")) == ("", 1)


@pytest.mark.parametrize(("more", "coloured"), [({"TERM": "xterm"}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_are_for_terminals(wrong: Path, project: Path, more: dict[str, str], coloured: bool) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "flowc", "check", "flows/wrong.yaml"]
    done = subprocess.run(command, cwd=project, env=environment(**more), stdout=theirs, stderr=theirs, check=False)
    os.close(theirs)
    seen = b""
    with contextlib.suppress(OSError):  # how a terminal says that nobody is left
        while piece := os.read(ours, 65536):
            seen += piece
    os.close(ours)
    assert done.returncode == 1
    assert b"FL201" in seen
    assert (b"\x1b[" in seen) is coloured
