"""Tab completes commands, options, flows and runs; where there is no database it offers nothing and says nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys

import psycopg
import pytest

from flowc.compiler.definition import define
from flowc.compiler.emit import emit
from flowc.db import queries
from tests.cli.conftest import Flowc, environment
from tests.cli.test_frame import HEAVY


@pytest.fixture
def runs(db: psycopg.Connection) -> list[str]:
    """The ids of two runs of `ping`; `pong` is deployed, too."""
    flows = [define({"flow": slug, "steps": {"a": {"kind": "task"}}}) for slug in ("ping", "pong")]
    db.execute(emit(flows, plain=True).encode())
    return [queries.start_flow(db, "ping") for _ in range(2)]


def offered(flowc: Flowc, words: str, **more: str) -> set[str]:
    """What Tab offers behind these words."""
    result = flowc(
        _FLOWC_COMPLETE="bash_complete", COMP_WORDS=f"flowc {words}", COMP_CWORD=str(len(words.split(" "))), **more
    )
    assert (result.returncode, result.stderr) == (0, "")
    return {line.partition(",")[2] for line in result.stdout.splitlines() if line}


def test_commands_are_offered(flowc: Flowc) -> None:
    assert offered(flowc, "pl") == {"plan"}


def test_deployed_flows_and_runs_are_offered(flowc: Flowc, dsn: str, runs: list[str]) -> None:
    assert offered(flowc, "start pi", FLOWC_DATABASE_URL=dsn) == {"ping"}
    assert offered(flowc, "runs --flow p", FLOWC_DATABASE_URL=dsn) == {"ping", "pong"}
    assert offered(flowc, "show ", FLOWC_DATABASE_URL=dsn) == set(runs)
    assert offered(flowc, f"show {runs[0]}", FLOWC_DATABASE_URL=dsn) == {runs[0]}


@pytest.mark.parametrize(
    "more", [{}, {"FLOWC_DATABASE_URL": "postgresql://127.0.0.1:1/x"}, {"FLOWC_DATABASE_URL": "no"}]
)
def test_without_a_database_nothing_is_offered_and_nothing_said(flowc: Flowc, more: dict[str, str]) -> None:
    assert offered(flowc, "show 01", **more) == set()
    assert offered(flowc, "start p", **more) == set()


def test_a_database_without_flowc_offers_nothing(flowc: Flowc, empty_dsn: str) -> None:
    assert offered(flowc, "start p", FLOWC_DATABASE_URL=empty_dsn) == set()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(flowc: Flowc, shell: str) -> None:
    result = flowc("completion", shell)
    assert (result.returncode, result.stderr) == (0, "")
    assert f"_FLOWC_COMPLETE={shell}_complete" in result.stdout
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=result.stdout, text=True, check=True)


def test_nothing_heavy_is_imported_to_complete_a_command() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "flowc"]
    more = {"_FLOWC_COMPLETE": "bash_complete", "COMP_WORDS": "flowc pl", "COMP_CWORD": "1"}
    result = subprocess.run(command, capture_output=True, text=True, check=True, env=environment(**more))
    imported = {line.rsplit("|", 1)[-1].strip() for line in result.stderr.splitlines()}
    assert result.stdout == "plain,plan\n"
    assert not imported & HEAVY
