"""A folder with a project in it, its history in git, and the compiler's words about it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from flowc.compiler.pipeline import Compilation, compile_file
from flowc.project.checked import checked
from flowc.project.checking import Found, check_project
from flowc.project.find import find_flows
from flowc.project.lock import Entry, read_lock, write_lock
from flowc.project.settings import Settings, load_settings

Git = Callable[..., str]


class Project:
    """The project in a folder: its files, its lock, and what a check says of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("pyproject.toml", "[tool.flowc]\n")

    @property
    def settings(self) -> Settings:
        """The settings that hold here."""
        return load_settings(self.folder, {})

    def write(self, name: str, text: str) -> Path:
        """Write one file."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def compiled(self, *paths: str) -> list[Compilation]:
        """The flows below the paths, below `flows` without any; the project's folder is the current one."""
        return [compile_file(file) for file in find_flows([Path(path) for path in paths or ["flows"]])]

    def lock(self, *paths: str) -> None:
        """Release the flows as they are, as `flowc lock` does."""
        file = self.settings.lock
        entries = dict(read_lock(file).entries)
        for each in self.compiled(*paths):
            assert each.definition is not None
            entries.setdefault(each.definition.slug, Entry(each.definition.slug, each.definition.digest))
        write_lock(file, entries.values())

    def found(
        self,
        *paths: str,
        locked: bool = False,
        base: str | None = None,
        handlers: dict[str, str] | None = None,
    ) -> Found:
        """What a check finds beyond single flows."""
        given = [Path(path) for path in paths]
        flows = [checked(compilation) for compilation in self.compiled(*paths)]
        return check_project(flows, given, self.settings, locked=locked, base=base, handlers=handlers)

    def said(self, *paths: str, locked: bool = False, base: str | None = None) -> list[str]:
        """The same as `FL901 flows/a.yaml:1:7 message`."""
        diagnostics = self.found(*paths, locked=locked, base=base).diagnostics
        return [f"{one.code} {one.file}:{one.position.line}:{one.position.column} {one.message}" for one in diagnostics]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty project, in the current folder."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("GIT_", "FLOWC_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    return Project(tmp_path)


@pytest.fixture
def git(project: Project) -> Git:
    """``git("commit", …)`` in the project's folder, which is a repository of its own."""

    def run(*arguments: str) -> str:
        who = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")
        done = subprocess.run(
            ["git", *who, *arguments], cwd=project.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("init", "-q", "-b", "main")
    return run


@pytest.fixture(scope="session")
def golden_update(pytestconfig: pytest.Config) -> bool:
    """Whether golden files are to be rewritten; the flag is that of `tests/compiler`, named beside."""
    return bool(pytestconfig.getoption("--golden-update", default=False))
