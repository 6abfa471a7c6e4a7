"""Finding flow files: what the paths of a command line stand for."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NoReturn

from flowc.errors import UsageError

SUFFIXES = (".yaml", ".yml", ".json")

# At column 1 only a key of the top level can stand; the second form is a mapping written in braces.
_BLOCK_FLOW = re.compile(rb"""^(?:\xef\xbb\xbf)?(?:flow|"flow"|'flow')[ \t]*:(?:[ \t\r\n]|$)""", re.MULTILINE)
_BRACES_FLOW = re.compile(rb"""\A(?:\xef\xbb\xbf)?(?:\s|---|\#[^\n]*\n)*\{(?:.*[\s,{])?["']?flow["']?\s*:""", re.DOTALL)


def find_flows(paths: Iterable[Path]) -> list[Path]:
    """The flow files that ``paths`` stand for, sorted, each once.

    A file stands for itself; a folder for all files below it that are named like YAML or JSON and have a
    ``flow`` key at the top, hidden folders left out.

    Raises:
        UsageError: a path does not exist or cannot be read, or no file was found at all.
    """
    paths = list(paths)
    found: dict[str, Path] = {}
    for path in paths:
        for file in _flows_at(path):
            found.setdefault(os.path.realpath(file), file)
    if not found:
        places = ", ".join(str(path) for path in paths)
        raise UsageError(
            f"no flow file in {places}", help="a flow file ends in .yaml, .yml or .json and has `flow:` at its top"
        )
    return sorted(found.values())


def _flows_at(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (file for file in _files_below(path) if _is_flow(file))
    elif path.exists():
        yield path
    else:
        raise UsageError(f"no such file or folder: {path}", help="flowc check takes flow files and folders of them")


def _files_below(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent, name) for name in sorted(names) if name.endswith(SUFFIXES))


def _is_flow(file: Path) -> bool:
    try:
        data = file.read_bytes()
    except OSError as error:
        _refuse(error)
    if b"flow" not in data:
        return False
    if file.suffix == ".json":
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            return _BRACES_FLOW.match(data) is not None
        return isinstance(value, dict) and "flow" in value
    return _BLOCK_FLOW.search(data) is not None or _BRACES_FLOW.match(data) is not None


def _refuse(error: OSError) -> NoReturn:
    raise UsageError(f"cannot read {error.filename}: {error.strerror}", help="check the file's permissions") from error
