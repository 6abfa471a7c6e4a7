"""`flowc check`: what it looks at, in which format it reports, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Flowc

WRONG = "flow: wrong\nsteps:\n  website:\n  sentiment: {with: {text: $webiste.text}}\n"
DOUBTFUL = "flow: doubtful\nsteps:\n  a: {with: {x: 2024-01-01}}\n"


@pytest.fixture
def wrong(project: Path) -> Path:
    file = project / "wrong.yaml"
    file.write_text(WRONG)
    return file


@pytest.fixture
def doubtful(project: Path) -> Path:
    file = project / "doubtful.yaml"
    file.write_text(DOUBTFUL)
    return file


def test_without_a_path_the_flows_of_the_settings_are_checked(flowc: Flowc, project: Path) -> None:
    assert flowc("check").stdout.startswith("3 flows OK")
    (project / "pyproject.toml").write_text('[tool.flowc]\nflows = "flows/ping.yaml"\n')
    assert flowc("check").stdout.startswith("1 flow OK")


def test_the_report_is_on_stdout_and_names_the_place(flowc: Flowc, wrong: Path) -> None:
    result = flowc("check", "flows", "wrong.yaml")
    assert (result.returncode, result.stderr) == (1, "")
    assert "error[FL301]" in result.stdout
    assert "--> wrong.yaml:4:28" in result.stdout
    assert "help: did you mean `website`?" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("Found 1 error in 1 of 4 files (")
    assert "\x1b" not in result.stdout


def test_concise_is_a_line_a_mistake(flowc: Flowc, wrong: Path) -> None:
    first, last = flowc("check", "wrong.yaml", "--format", "concise").stdout.splitlines()
    assert first.startswith("wrong.yaml:4:28: error[FL301] ")
    assert last.startswith("Found 1 error in 1 of 1 file (")


def test_json_has_nothing_but_the_list(flowc: Flowc, wrong: Path) -> None:
    [found] = json.loads(flowc("check", "wrong.yaml", "--format", "json").stdout)
    assert set(found) == {
        *("code", "rule", "severity", "message", "file", "line", "column", "end_line", "end_column", "help")
    }
    assert json.loads(flowc("check", "--format", "json").stdout) == []


def test_under_github_actions_the_report_is_annotations(flowc: Flowc, wrong: Path) -> None:
    result = flowc("check", "wrong.yaml", GITHUB_ACTIONS="true")
    assert result.returncode == 1
    assert result.stdout.startswith("::error file=wrong.yaml,line=4,")
    assert "-->" in flowc("check", "wrong.yaml", "--format", "full", GITHUB_ACTIONS="true").stdout


def test_stdin_is_checked_under_the_name_it_is_given(flowc: Flowc) -> None:
    result = flowc("check", "-", "--stdin-filename", "flows/new.yaml", "--format", "concise", stdin=WRONG)
    assert result.returncode == 1
    assert result.stdout.startswith("flows/new.yaml:4:28: error[FL301]")
    assert flowc("check", "-", "--format", "concise", stdin=WRONG).stdout.startswith("<stdin>:4:28:")
    assert flowc("check", "-", stdin="flow: a\nsteps: {b: }\n").stdout.startswith("1 flow OK")
    named = flowc("check", "-", "--stdin-filename", "a.json", stdin='{"flow": "a", "steps": {"b": null}}')
    assert named.stdout.startswith("1 flow OK")


def test_warnings_fail_only_where_asked_for(flowc: Flowc, doubtful: Path) -> None:
    assert flowc("check", "doubtful.yaml").returncode == 0
    result = flowc("check", "doubtful.yaml", "--fail-on", "warning")
    assert result.returncode == 1
    assert "warning[FL111]" in result.stdout


def test_the_settings_ignore_warnings_but_no_errors(flowc: Flowc, project: Path, wrong: Path, doubtful: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.flowc]\nignore = ["FL111", "FL301"]\n')
    assert flowc("check", "doubtful.yaml", "--fail-on", "warning").returncode == 0
    assert flowc("check", "wrong.yaml").returncode == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "error: no such file or folder: nowhere"),
        (["flows/pages"], "error: no flow file in flows/pages"),
        ([], "error: no flow file in flows"),
    ],
)
def test_nothing_to_check_is_exit_code_2(flowc: Flowc, project: Path, arguments: list[str], words: str) -> None:
    for file in (project / "flows").glob("*.yaml"):
        file.unlink()
    result = flowc("check", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(words)
    assert "\nhelp: " in result.stderr


def test_a_wrong_setting_is_exit_code_2(flowc: Flowc, project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.flowc]\nhandler = "x:y"\n')
    result = flowc("check")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.endswith("[tool.flowc] has no setting `handler`\nhelp: did you mean `handlers`?\n")


def test_no_color_and_no_cursor_leave_the_author_s_text(flowc: Flowc, project: Path) -> None:
    (project / "evil.yaml").write_text('flow: a\nsteps:\n  b: {"\\e[31m::error::x": 1}\n')
    for form in ("full", "concise", "github", "json"):
        result = flowc("check", "evil.yaml", "--format", form)
        assert result.returncode == 1
        assert "\x1b" not in result.stdout


@pytest.mark.parametrize("name", ["FL301", "fl301", "unknown-step"])
def test_a_rule_is_explained_by_code_and_by_name(flowc: Flowc, name: str) -> None:
    result = flowc("explain", name)
    assert result.returncode == 0
    assert result.stdout.startswith("FL301 unknown-step (error)\n\n")
    assert "Good:" in result.stdout


def test_an_unknown_rule_is_exit_code_2(flowc: Flowc) -> None:
    result = flowc("explain", "unknown-stp")
    assert (result.returncode, result.stdout) == (2, "")
    assert (
        result.stderr == "error: no rule is called unknown-stp\nhelp: did you mean `unknown-step` or `unknown-key`?\n"
    )
