"""On a terminal a run is a tree that moves; where there is none, or it shall be plain, lines."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.conftest import environment


def on_a_terminal(project: Path, *arguments: str, **more: str) -> tuple[str, str]:
    """What a command writes to stdout, a pipe, and to stderr, a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "flowc", *arguments],
        cwd=project,
        env=environment(**{"TERM": "xterm-256color", "COLUMNS": "120"} | more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
    ) as process:
        os.close(theirs)
        said = b""
        with suppress(OSError):  # Linux's way to say that the other side is closed
            while data := os.read(ours, 65536):
                said += data
        assert process.stdout is not None
        output = process.stdout.read()
    os.close(ours)
    assert process.returncode == 0, said
    return output, said.decode()


def test_a_terminal_shows_a_tree(project: Path, dsn: str) -> None:
    output, said = on_a_terminal(
        project, "run", "flows/analyze_website.yaml", "url=flows/pages/index.html", FLOWC_DATABASE_URL=dsn
    )
    assert json.loads(output)["report"]["subpages"] == 3
    last = said[said.rindex("analyze_website_v1") :]
    assert "\x1b[32mcompleted" in last
    assert "├── " in last
    assert "its branch was not taken" in last


@pytest.mark.parametrize("plain", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["no-color", "dumb"])
def test_a_plain_terminal_shows_lines(project: Path, dsn: str, plain: dict[str, str]) -> None:
    output, said = on_a_terminal(project, "run", "flows/ping.yaml", FLOWC_DATABASE_URL=dsn, **plain)
    assert json.loads(output) == {"pong": "pong"}
    assert "\x1b" not in said
    assert "  pong: completed (" in said


def test_what_handlers_print_is_not_in_the_result(project: Path, dsn: str) -> None:
    (project / "loud.py").write_text(
        "from flowc import Handlers\n"
        "handlers = Handlers()\n"
        "@handlers.register\n"
        "def pong():\n    print('a word')\n    return 1\n"
    )
    output, said = on_a_terminal(
        project, "run", "flows/ping.yaml", "--handlers", "loud:handlers", FLOWC_DATABASE_URL=dsn
    )
    assert json.loads(output) == {"pong": 1}
    assert "a word" in said


def test_a_command_works_from_a_folder_below_the_project(project: Path, dsn: str) -> None:
    output, _ = on_a_terminal(project / "flows" / "pages", "run", "../ping.yaml", FLOWC_DATABASE_URL=dsn)
    assert json.loads(output) == {"pong": "pong"}
