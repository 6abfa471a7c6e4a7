"""Where the schema files of a flow may stand, and what they hold: inside the repository, and nowhere else."""

# Links are resolved and paths compared as texts, which pathlib does not do alike.
# ruff: noqa: PTH114, PTH118, PTH120, PTH206

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from errno import EINVAL, EISDIR
from pathlib import Path
from typing import NamedTuple, TypeAlias

from flowc.compiler.text.reading import LARGEST

# What a file holds, by its path; raises OSError where it cannot be read.
Read: TypeAlias = Callable[[Path], bytes]

SUFFIXES = (".json", ".yaml", ".yml")
_MARKS = (".git", "pyproject.toml")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_RELATIVE = "copy the schema into the repository, and write its path relative to this file"


class RefusedReference(ValueError):
    """A reference that is not followed: ``message`` says why, ``help`` what to do."""

    def __init__(self, message: str, help: str = _RELATIVE) -> None:  # noqa: A002 - the word of the reports
        super().__init__(message)
        self.message = message
        self.help = help


class FilePlace(NamedTuple):
    """A file that a reference names: its real path, and its name in reports."""

    real: str
    shown: str


class Borrowed(NamedTuple):
    """The files from which a flow has schemas, or would have.

    Attributes:
        root: what `root_of` says of the flow's folder.
        looked: where references led: real paths, by the paths from the flow's folder, in which links are not resolved.
        texts: what each file says that was read, by its name in reports.
    """

    root: tuple[str, bool]
    looked: dict[str, str]
    texts: dict[str, str]


def read_file(file: Path) -> bytes:
    """What a plain file holds, cut behind what a schema file may have at most.

    Raises:
        OSError: it does not exist, is no plain file, or cannot be read.
    """
    mode = file.stat().st_mode
    if not stat.S_ISREG(mode):
        raise IsADirectoryError(EISDIR, "is a folder") if stat.S_ISDIR(mode) else OSError(EINVAL, "it is no file")
    with file.open("rb") as stream:
        return stream.read(LARGEST + 1)


def root_of(folder: str) -> tuple[str, bool]:
    """The top of the repository around a folder, as a real path: the nearest with `.git`, else with pyproject.toml.

    Where there is neither, it is the folder itself, and the second value False.
    """
    real = os.path.realpath(folder)
    around = [real, *map(str, Path(real).parents)]
    found = ((each, True) for mark in _MARKS for each in around if os.path.lexists(os.path.join(each, mark)))
    return next(found, (real, False))


class Repository:
    """The files around a flow, and which of them its references name."""

    def __init__(self, file: str) -> None:
        self._name = os.path.dirname(file)
        self.folder = os.path.realpath(self._name or ".")
        self.root = root_of(self.folder)
        self.looked: dict[str, str] = {}

    def find(self, reference: str, holder: FilePlace | None) -> FilePlace:
        """The file that a reference without fragment names, beside the flow file, or beside the ``holder`` of it.

        Raises:
            RefusedReference: it leads out of the repository.
        """
        beside = os.path.dirname(holder.real) if holder else self.folder
        path = self._relative(reference)
        real = os.path.realpath(os.path.join(beside, path))
        self.looked[os.path.join(os.path.relpath(beside, self.folder), path)] = real
        self._require_inside(reference, real, os.path.normpath(os.path.join(beside, path)))
        if not real.lower().endswith(SUFFIXES):
            raise RefusedReference(
                f"`{reference}` is not followed: no .json, .yaml or .yml", "keep schemas in files of these names"
            )
        shown = os.path.normpath(os.path.join(self._name, os.path.relpath(real, self.folder)))
        return FilePlace(real, shown)

    def _relative(self, reference: str) -> str:
        """The path that a reference writes."""
        scheme = _SCHEME.match(reference)
        if scheme and scheme[1].lower() in ("http", "https"):
            raise RefusedReference(f"`{reference}` is outside of the repository; nothing is fetched")
        if scheme:
            raise RefusedReference(f"`{reference}` is not followed: `{scheme[0]}` is no relative path")
        if reference.startswith("/"):
            raise RefusedReference(f"`{reference}` is not followed: it is no relative path")
        if "?" in reference:
            raise RefusedReference(f"`{reference}` is not followed: a file has no `?…`")
        path = _decoded(reference)
        if not path or "\0" in path or path.startswith("/"):
            raise RefusedReference(f"`{reference}` is not followed: it names no file", "`#` is this schema itself")
        return path

    def _require_inside(self, reference: str, real: str, written: str) -> None:
        root, is_marked = self.root
        around = os.path.join(root, "")
        if not real.startswith(around):
            by_link = os.path.join(os.path.realpath(os.path.dirname(written)), "").startswith(around)
            how = "is a link that leads" if by_link and os.path.islink(written) else "leads"
            advice = _RELATIVE
            if not is_marked:
                advice = "no `.git` or pyproject.toml stands above: only files in the flow's own folder are read"
            raise RefusedReference(f"`{reference}` {how} out of the repository", advice)
        if ".git" in real[len(around) :].split(os.sep):
            raise RefusedReference(f"`{reference}` leads into the folder of git")


def pointer_of(fragment: str) -> tuple[str, ...] | None:
    """The segments of a JSON pointer in a fragment (without `#`); None if it is a name."""
    fragment = _decoded(fragment)
    if fragment and not fragment.startswith("/"):
        return None
    return tuple(each.replace("~1", "/").replace("~0", "~") for each in fragment.split("/")[1:])


def _decoded(text: str) -> str:
    """A part of a reference without its percent signs.

    Raises:
        RefusedReference: what they encode is not UTF-8.
    """
    if "%" not in text:
        return text
    from urllib.parse import unquote

    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise RefusedReference(f"`{text}` is not followed: what `%` encodes in it is not UTF-8") from None
