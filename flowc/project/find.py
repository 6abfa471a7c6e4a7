"""Finding flow files: what the paths of a command line stand for."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NoReturn

from flowc.errors import UsageError

SUFFIXES = (".yaml", ".yml", ".json")
# While a file is edited, Emacs has a link beside it that leads nowhere.
_LOCKED = ".#"

# At column 1 only a key of the top level can stand; the second form is a mapping written in braces.
_BLOCK_FLOW = re.compile(rb"""^(?:\xef\xbb\xbf)?(?:flow|"flow"|'flow')[ \t]*:(?:[ \t\r\n]|$)""", re.MULTILINE)
_BRACES_FLOW = re.compile(rb"""\A(?:\xef\xbb\xbf)?(?:\s|---|\#[^\n]*\n)*\{(?:.*[\s,{])?["']?flow["']?\s*:""", re.DOTALL)


def find_flows(paths: Iterable[Path], is_flow: Callable[[str], bool] | None = None) -> list[Path]:
    """The flow files that ``paths`` stand for, sorted, each once.

    A file stands for itself; a folder for all files below it that are named like YAML or JSON and have a
    ``flow`` key at the top, hidden folders left out. ``is_flow`` tells that of a file, in place of reading it.

    Raises:
        UsageError: a path does not exist or cannot be read, or no file was found at all.
    """
    paths = list(paths)
    found: dict[str, str] = {}
    for path in paths:
        for real, file in _flows_at(path, is_flow or has_flow):
            found.setdefault(real, file)
    if not found:
        places = ", ".join(str(path) for path in paths)
        raise UsageError(
            f"no flow file in {places}", help="a flow file ends in .yaml, .yml or .json and has `flow:` at its top"
        )
    return sorted(map(Path, found.values()))


def _flows_at(path: Path, is_flow: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """The real paths of the flow files at ``path``, and what they are called here."""
    if path.is_dir():
        for folder, names in _names_below(path):
            around = os.path.realpath(folder)
            for name in names:
                file = os.path.join(folder, name)
                if is_flow(file):
                    yield os.path.realpath(file) if os.path.islink(file) else os.path.join(around, name), file
    elif path.exists():
        yield os.path.realpath(path), str(path)
    else:
        raise UsageError(f"no such file or folder: {path}", help="flowc check takes flow files and folders of them")


def _names_below(folder: Path) -> Iterator[tuple[str, list[str]]]:
    for parent, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield parent, sorted(name for name in names if name.endswith(SUFFIXES) and not name.startswith(_LOCKED))


def has_flow(file: str) -> bool:
    """Whether a file has a ``flow`` key at its top; never of a pipe, a socket or a device.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        if not stat.S_ISREG(os.stat(file).st_mode):
            return False
        with open(file, "rb") as stream:
            data = stream.read()
    except OSError as error:
        _refuse(error)
    if b"flow" not in data:
        return False
    if file.endswith(".json"):
        import json

        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            return _BRACES_FLOW.match(data) is not None
        return isinstance(value, dict) and "flow" in value
    return _BLOCK_FLOW.search(data) is not None or _BRACES_FLOW.match(data) is not None


def _refuse(error: OSError) -> NoReturn:
    if isinstance(error, FileNotFoundError) and os.path.islink(error.filename):
        raise UsageError(
            f"cannot read {error.filename}: it is a link to {os.readlink(error.filename)}, which is not there",
            help="remove the link, or restore what it names",
        ) from error
    raise UsageError(f"cannot read {error.filename}: {error.strerror}", help="check the file's permissions") from error
