"""A page of the manual, done by the letter: its files written, its edits made, its commands given to one shell."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from tests.cli.conftest import ROOT, environment
from tests.manual.blocks import Block, blocks, edited

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_STEP = re.compile(r"  \w+: ")
_EMBEDDED = "postgresql://postgres@/postgres?host=/home/me/shop/.flowc/data"
_ELSEWHERE = "postgresql://me@localhost/shop"
_WORKER = "laptop:4711:6a7e8a"
_MARK = "------ done ------"


class Said(NamedTuple):
    """A command as the page has it, the output that the page shows, and the one that came."""

    line: str
    shown: list[str]
    came: list[str]


class Shell:
    """One bash, in a folder, that keeps its variables and jobs from command to command."""

    def __init__(self, folder: Path, **more: str) -> None:
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        self._bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env=environment(PATH=path, PYTHONPATH=str(ROOT), LC_ALL="C.UTF-8", **more),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, line: str) -> str:
        """What a command prints, to stdout and stderr."""
        assert self._bash.stdin is not None
        assert self._bash.stdout is not None
        self._bash.stdin.write(f"{{ {line}\n}} </dev/null; echo '{_MARK}'\n")
        self._bash.stdin.flush()
        lines: list[str] = []
        for said in self._bash.stdout:
            if said == f"{_MARK}\n":
                return "".join(lines)
            lines.append(said)
        raise AssertionError(f"the shell ended at `{line}`: {''.join(lines)}")

    def end(self) -> None:
        """End the shell, and what it may have left running."""
        os.killpg(self._bash.pid, signal.SIGKILL)
        self._bash.communicate()


class Play:
    """One doing of a page in a folder; ids that the page shows stand for those that came in their places."""

    def __init__(self, folder: Path, home: str, database: str) -> None:
        self._folder = folder
        self._home = home
        self._database = database
        self._ids: dict[str, str] = {}
        self._shell = Shell(folder, HOME=str(folder))
        self.said: list[Said] = []

    def page(self, text: str) -> str:
        """Do a page; the page as it would be with what came."""
        written, end = "", 0
        try:
            for block in blocks(text):
                written += text[end : block.span[0]] + self._do(block)
                end = block.span[1]
        finally:
            self._shell.end()
        written += text[end:]
        for shown, came in self._ids.items():
            written = written.replace(shown[:13], came[:13])
        return written

    def _do(self, block: Block) -> str:
        if block.kind == "console":
            return "".join(f"$ {line}\n{self._command(line, shown)}" for line, shown in block.commands)
        if block.file is not None:
            file = self._folder / self._home / block.file
            text = edited(file.read_text(), block.text) if block.kind == "diff" else block.text
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
        return block.text

    def _command(self, line: str, shown: str) -> str:
        meant = re.sub(r"postgresql://\S+", lambda _: shlex.quote(self._database), line)
        for theirs, ours in self._ids.items():
            meant = meant.replace(theirs[:13], ours[:13])
        came = self._as_elsewhere(self._shell.run(meant))
        self._ids |= dict(zip(_ID.findall(shown), _ID.findall(came), strict=False))
        self.said.append(Said(line, plain(shown), plain(came)))
        return came

    def _as_elsewhere(self, output: str) -> str:
        """An output as somebody else would see it, in a folder and on a database of their own."""
        output = re.sub(r"^database: .*(?= \(embedded\)$)", f"database: {_EMBEDDED}", output, flags=re.MULTILINE)
        output = re.sub(r"^database: (?!.*embedded).*", f"database: {_ELSEWHERE}", output, flags=re.MULTILINE)
        output = re.sub(r"^worker [\w.-]+:\d+:[0-9a-f]+", f"worker {_WORKER}", output, flags=re.MULTILINE)
        return output.replace(str(self._folder), "/home/me")


def plain(output: str) -> list[str]:
    """An output's lines without what differs from time to time: ids, times, and which of some steps ended first."""
    text = _ID.sub("ID", output)
    text = re.sub(r"\b[0-9a-f]{8}-[0-9a-f]{4}\b", "ID", text)
    text = re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(\+00:00)?", "TIME", text)
    text = re.sub(r" *\b\d+(\.\d+)? ?(s|ms)\b", " TIME", text)
    parts = (
        (is_step, list(lines)) for is_step, lines in groupby(text.splitlines(), lambda line: bool(_STEP.match(line)))
    )
    return [line for is_step, lines in parts for line in (sorted(lines) if is_step else lines)]
