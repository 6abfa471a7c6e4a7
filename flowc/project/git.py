"""What git knows of a file: its content at another commit, and the contents it had."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from flowc.errors import UsageError

# Older contents of a file are looked at, the newest first, up to so many.
_CONTENTS = 40
_SECONDS = 20
# Hooks say where their repository is relative to another folder than the one asked about.
_OF_HOOKS = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"})


class GitError(UsageError):
    """git is absent, or has no answer."""


class Content(NamedTuple):
    """What a file held at a commit; ``file`` is its path, as it was given or below the folder that was asked about."""

    commit: str
    file: str
    data: bytes


def content_at(ref: str, file: Path) -> bytes | None:
    """What ``file`` held at a commit; None where it did not exist then.

    Raises:
        GitError: there is no git, no repository, or no such commit, as in a shallow clone.
    """
    folder = _existing(file.parent)
    _require_commit(ref, folder)
    try:
        path = os.path.relpath(file, folder)
        return _git(folder, "cat-file", "blob", f"{ref}:./{path}")
    except GitError:
        return None


def contents_of(file: Path) -> Iterator[Content]:
    """The contents that ``file`` had in commits, the newest first, each once; nothing where git cannot tell."""
    folder = _existing(file.parent)
    try:
        raw = _git(folder, "log", f"-n{_CONTENTS}", "--format=%H", "--raw", "--no-abbrev", "--", file.name)
        seen, commit = set(), ""
        for line in raw.decode("utf-8", "replace").splitlines():
            fields = line.split()
            commit = line if len(fields) == 1 else commit
            for blob, when in zip(reversed(fields[2:4]), (commit, f"{commit}^"), strict=False):
                if blob not in seen and blob.strip("0"):
                    seen.add(blob)
                    yield Content(when, str(file), _git(folder, "cat-file", "blob", blob))
    except GitError:
        return


def contents_when_added(line: str, lock: Path, pattern: str) -> Iterator[Content]:
    """What the flow files below the lock's folder held that match ``pattern``, at the commit that added ``line`` to it.

    Nothing where git cannot tell.
    """
    folder = _existing(lock.parent)
    try:
        commits = _git(folder, "log", "--format=%H", f"-S{line}", "--", lock.name).decode().split()
        for commit in reversed(commits[-2:]):
            listed = _git(folder, "grep", "-lzE", "--threads=1", pattern, commit, "--", "*.yaml", "*.yml", "*.json")
            for name in listed.decode("utf-8", "surrogateescape").split("\0")[:_CONTENTS]:
                if name:
                    path = name.partition(":")[2]
                    data = _git(folder, "cat-file", "blob", f"{commit}:./{path}")
                    yield Content(commit, str(folder / path), data)
    except GitError:
        return


def reader_at(commit: str) -> Callable[[Path], bytes]:
    """What a file held at a commit, by its path; the function raises FileNotFoundError where git does not know it."""

    def read(file: Path) -> bytes:
        try:
            folder = _existing(file.parent)
            return _git(folder, "cat-file", "blob", f"{commit}:./{os.path.relpath(file, folder)}")
        except GitError as error:
            raise FileNotFoundError(error.message) from None

    return read


def _require_commit(ref: str, folder: Path) -> None:
    if ref.startswith("-") or not ref.strip():
        raise GitError(f"`{ref}` is no name of a commit", help="name a branch, a tag or a commit: --base origin/main")
    shallow = _git(folder, "rev-parse", "--is-shallow-repository").strip() == b"true"
    try:
        _git(folder, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    except GitError:
        if shallow:
            raise GitError(
                f"git does not know `{ref}`: this clone is shallow",
                help=f"fetch it: `git fetch --unshallow`, or `fetch-depth: 0` in CI, then name it: --base {ref}",
            ) from None
        raise GitError(
            f"git knows no commit `{ref}`", help="name a branch, a tag or a commit that is here: `git fetch` gets more"
        ) from None


def _git(folder: Path, *arguments: str) -> bytes:
    import subprocess  # only where git is asked: most checks never do

    command = ["git", "-C", str(folder), "--no-pager", "--literal-pathspecs", *arguments]
    if arguments[0] == "grep":
        command.remove("--literal-pathspecs")
    environment = {name: value for name, value in os.environ.items() if name not in _OF_HOOKS}
    environment |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        done = subprocess.run(
            command, capture_output=True, check=False, env=environment, stdin=subprocess.DEVNULL, timeout=_SECONDS
        )
    except FileNotFoundError:
        raise GitError("there is no git here, which --base asks", help="install git, or leave --base out") from None
    except subprocess.TimeoutExpired:
        raise GitError(f"git gave no answer in {_SECONDS} s", help="try it by hand: git status") from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        message = said[-1].removeprefix("fatal: ") if said else f"git {arguments[0]} failed"
        raise GitError(f"git: {message}", help="--base compares with a commit of the repository around the flows")
    return done.stdout


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one around it that exists."""
    return next((each for each in (folder, *folder.absolute().parents) if each.is_dir()), Path("/"))
