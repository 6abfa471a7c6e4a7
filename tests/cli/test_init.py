"""`flowc init`: what it writes is right, runs, and takes nothing away."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

from flowc.project.first import CI, HOOK
from tests.cli.conftest import ROOT, Flowc, environment

LOCAL = ["--handlers", "flows.handlers:handlers"]


def flowc_in(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flowc", *arguments]
    return subprocess.run(command, cwd=folder, env=environment(**more), capture_output=True, text=True, check=False)


def test_a_new_project_is_right_and_runs(tmp_path: Path, dsn: str) -> None:
    result = flowc_in(tmp_path, "init", "hello")
    assert (result.returncode, len(result.stdout.splitlines())) == (0, 7)
    assert all(line.startswith("created   hello/") for line in result.stdout.splitlines())
    folder = tmp_path / "hello"
    checked = flowc_in(folder, "check", *LOCAL, "--fail-on", "warning")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.startswith("1 flow OK")
    ran = flowc_in(folder, "run", "flows/hello.yaml", "name=Ada", FLOWC_DATABASE_URL=dsn)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {"greeting": "Hello, Ada!", "letters": 8}


def test_a_second_time_nothing_is_touched(tmp_path: Path) -> None:
    flowc_in(tmp_path, "init")
    (tmp_path / "flows/hello.yaml").write_text("mine")
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    result = flowc_in(tmp_path, "init")
    assert result.returncode == 0
    assert all(line.startswith("kept ") for line in result.stdout.splitlines())
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_a_pyproject_that_exists_gets_the_section(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('# mine\n[project]\nname = "x"')
    assert "extended  pyproject.toml" in flowc_in(tmp_path, "init").stdout
    text = (tmp_path / "pyproject.toml").read_text()
    assert text.startswith('# mine\n[project]\nname = "x"\n\n[tool.flowc]\n')
    assert tomllib.loads(text)["tool"]["flowc"]["handlers"] == "flows.handlers:handlers"


def test_a_pyproject_that_cannot_be_read_stops_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool")
    result = flowc_in(tmp_path, "init")
    assert (result.returncode, result.stdout) == (2, "")
    assert [file.name for file in tmp_path.iterdir()] == ["pyproject.toml"]


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "flows").write_text("")
    result = flowc_in(tmp_path, "init")
    assert result.returncode == 2
    assert "cannot write" in result.stderr


def test_the_first_line_of_the_flow_leads_editors_to_the_schema(tmp_path: Path) -> None:
    flowc_in(tmp_path, "init")
    first = (tmp_path / "flows/hello.yaml").read_text().splitlines()[0]
    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert found
    schema = (tmp_path / "flows" / found[1]).read_text()
    assert schema == (ROOT / "schemas/flow.schema.json").read_text()


def test_hook_and_ci_call_commands_that_are_there(flowc: Flowc, project: Path) -> None:
    [repository] = yaml.safe_load(HOOK)["repos"]
    entries = [hook["entry"] for hook in repository["hooks"]]
    steps = yaml.safe_load(CI)["jobs"]["check"]["steps"]
    entries += [step["run"] for step in steps if step.get("run", "").startswith("flowc")]
    assert len(entries) == 3
    for entry in entries:
        command, *arguments = entry.split()
        assert command == "flowc"
        assert flowc(*(argument for argument in arguments if argument not in ("--base", '"$BASE"'))).returncode == 0
    assert "\n".join(HOOK.splitlines()[:4]) in (ROOT / "docs/ci.md").read_text()


def test_the_hook_of_this_repository_is_one_that_pre_commit_reads() -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert (hook["id"], hook["entry"], hook["pass_filenames"]) == ("flowc-check", "flowc check", False)
    assert re.search(hook["files"], "flows/flowc.lock")


def test_the_action_checks_with_what_it_is_given(tmp_path: Path, project: Path) -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    assert action["runs"]["using"] == "composite"
    step = action["runs"]["steps"][-1]
    assert "${{" not in step["run"]
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    flowc = bin_folder / "flowc"
    flowc.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m flowc "$@"\n')
    flowc.chmod(0o755)
    given = {name: value["default"] for name, value in action["inputs"].items()}
    for inputs, code, said in [
        ({}, 0, ""),
        ({"handlers": "flows.handlers:handlers", "paths": "flows flows/ping.yaml", "fail-on": "warning"}, 0, ""),
        ({"locked": "true"}, 1, "::error file=flows/ping.yaml,line=2"),
        ({"base": "$(touch forged)"}, 2, ""),
    ]:
        values = {f"inputs.{name}": value for name, value in (given | inputs).items()}
        env = {name: values[text.strip("${} ")] for name, text in step["env"].items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=project,
            env=environment(**env, PATH=f"{bin_folder}:{os.environ['PATH']}", PYTHONPATH=str(ROOT)),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert said in done.stdout
    assert not (project / "forged").exists()
