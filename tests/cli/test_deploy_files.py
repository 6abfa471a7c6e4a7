"""The files for containers and systemd name commands, options and settings that there are."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from flowc.cli.group import COMMANDS, flowc
from flowc.runtime.health import Health, answering

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "docs" / "deploy"
WELL = Health([], "w1", 0, 16, False)


def instruction(name: str) -> list[str]:
    """An instruction of the Dockerfile in its JSON form, continued lines joined."""
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    [line] = re.findall(rf"^{name} .*?(\[.*\])$", text, re.MULTILINE)
    found: list[str] = json.loads(line)
    return found


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def assert_parses(arguments: list[str]) -> click.Context:
    """The command takes these arguments; it is not run."""
    context = flowc.make_context("flowc", list(arguments))
    command = flowc.get_command(context, arguments[0])
    assert command is not None, arguments
    return command.make_context(arguments[0], arguments[1:], parent=context)


def test_the_image_s_command_is_one_that_there_is() -> None:
    assert instruction("ENTRYPOINT") == ["flowc"]
    assert_parses(instruction("CMD"))


def test_no_secret_and_no_database_gets_into_the_image() -> None:
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().split()
    assert {"docs/deploy/secrets", ".git", ".flowc"} <= set(ignored)
    assert "docs/deploy/secrets/" in (ROOT / ".gitignore").read_text().split()


@pytest.mark.parametrize(("state", "code"), [(WELL, 0), (WELL._replace(problems=["stuck"]), 1)])
def test_the_image_s_health_check_tells_a_well_worker_from_an_ill_one(state: Health, code: int) -> None:
    python, *rest = instruction("HEALTHCHECK")
    assert python == "python"
    with answering(0, lambda: state) as port:
        command = [sys.executable, *(part.replace("8080", str(port)) for part in rest)]
        assert subprocess.run(command, check=False, capture_output=True, timeout=60).returncode == code


def test_compose_runs_postgres_and_two_workers_whose_commands_there_are(compose: Any) -> None:
    services = compose["services"]
    assert set(services) == {"postgres", "deploy", "worker"}
    assert services["worker"]["deploy"]["replicas"] == 2
    context = assert_parses(services["worker"]["command"])
    assert context.params["secrets"] == ("folder:/run/secrets",)
    assert f":{context.params['health_port']}/health" in instruction("HEALTHCHECK")[-1]
    [script] = services["deploy"]["command"]
    lines = [shlex.split(line) for line in script.splitlines() if line.startswith("flowc ")]
    assert [line[1] for line in lines] == ["install", "deploy"]
    for line in lines:
        assert_parses(line[1:])


def test_every_secret_volume_and_dependency_of_compose_is_declared(compose: Any) -> None:
    for service in compose["services"].values():
        assert set(service.get("secrets", ())) <= set(compose["secrets"])
        assert {volume.split(":")[0] for volume in service.get("volumes", ())} <= set(compose["volumes"])
        assert set(service.get("depends_on", ())) <= set(compose["services"])
        if "build" in service:
            assert (DEPLOY / service["build"]["context"]).resolve() == ROOT
            assert (ROOT / service["build"]["dockerfile"]).is_file()


def test_the_systemd_unit_runs_a_command_that_there_is() -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(DEPLOY / "flowc-worker@.service")
    program, *arguments = shlex.split(unit["Service"]["ExecStart"])
    assert program.endswith("/flowc")
    assert assert_parses(arguments).params["secrets"] == ("folder:%d",)
    assert unit["Service"]["SuccessExitStatus"] == "143"


@pytest.mark.parametrize("page", ["secrets.md", "executors.md", "operating.md"])
def test_the_manual_s_commands_and_links_there_are(page: str) -> None:
    text = (ROOT / "docs" / page).read_text()
    for line in re.findall(r"^flowc (.*)$", text, re.MULTILINE):
        assert_parses(shlex.split(line))
    for command in re.findall(r"`flowc ([a-z]+)", text):
        assert command in COMMANDS
    options = {option for name in COMMANDS for option in _options(name)}
    for option in re.findall(r"`(--[a-z-]+)", text):
        assert option in options, option
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / "docs" / link).exists(), link


def _options(name: str) -> list[str]:
    command = flowc.get_command(click.Context(flowc), name)
    assert command is not None
    return [option for parameter in command.params for option in parameter.opts]
