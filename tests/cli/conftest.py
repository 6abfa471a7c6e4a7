"""The command line in a process of its own, and a copy of the example project to run it in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

Flowc = Callable[..., "subprocess.CompletedProcess[str]"]


def environment(**more: str) -> dict[str, str]:
    """This process's environment without what would steer flowc, psql or a CI runner, and with ``more``."""
    steering = ("FLOWC_", "PG", "GITHUB_", "NO_COLOR", "TERM", "COLUMNS", "PYTHON")
    return {name: value for name, value in os.environ.items() if not name.startswith(steering)} | more


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the example flows with their settings, in a folder that the database's account can enter."""
    shutil.copytree(ROOT / "flows", tmp_path / "flows", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "pyproject.toml").write_text('[tool.flowc]\nhandlers = "flows.handlers:handlers"\n')
    return tmp_path


@pytest.fixture
def flowc(project: Path) -> Flowc:
    """``flowc("check", "flows", FLOWC_DATABASE_URL=…)``: one command in the project's folder."""

    def run(*arguments: str, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "flowc", *arguments],
            cwd=project,
            env=environment(**more),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    return run
