"""The folder of the cache: files that are read whole or not at all, and written whole or not at all."""

from __future__ import annotations

import os
import time
import zlib
from contextlib import suppress

_TAG = """\
Signature: 8a477f597d28d172789f06886806bc55
# This folder holds what `flowc check` found before. It can be removed at any time.
"""
_IGNORE = "# Written by flowc: nothing in this folder belongs into a repository.\n*\n"
_SUFFIX, _UNFINISHED = ".json", ".tmp"
# Files of other code or other handlers are kept for a while: people go back and forth between branches.
_MOST_FILES = 8
_STALE_SECONDS = 3600


def read_checked(folder: str, name: str) -> bytes | None:
    """The content of a file of the cache; None where there is none, or where it is not as it was written."""
    try:
        with open(os.path.join(folder, name + _SUFFIX), "rb") as file:
            head, _, data = file.read().partition(b"\n")
    except OSError:
        return None
    return data if head == _sum(data) else None


def write_checked(folder: str, name: str, data: bytes) -> None:
    """Put ``data`` in the place of a file's content, all at once; nothing happens where that cannot be."""
    with suppress(OSError):
        _make(folder)
        unfinished = os.path.join(folder, f"{os.getpid()}-{time.monotonic_ns()}{_UNFINISHED}")
        try:
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            with os.fdopen(descriptor, "wb") as file:
                file.write(_sum(data) + b"\n" + data)
            os.replace(unfinished, os.path.join(folder, name + _SUFFIX))
        except BaseException:
            with suppress(OSError):
                os.unlink(unfinished)
            raise
        _tidy(folder)


def is_usable(folder: str) -> bool:
    """Whether a folder may hold the cache: it does not exist, or is a folder; a link would lead who knows where."""
    return not os.path.lexists(folder) or (os.path.isdir(folder) and not os.path.islink(folder))


def _sum(data: bytes) -> bytes:
    return b"%08x %d" % (zlib.crc32(data), len(data))


def _make(folder: str) -> None:
    """Make the folder, and say in it that it is a cache; what a folder of the user's holds is left alone."""
    os.makedirs(folder, exist_ok=True)
    if not os.listdir(folder):
        for name, text in ((".gitignore", _IGNORE), ("CACHEDIR.TAG", _TAG)):
            with open(os.path.join(folder, name), "x", encoding="ascii") as file:
                file.write(text)


def _tidy(folder: str) -> None:
    """Remove the oldest files, and what was left by checks that were killed while they wrote."""
    files = []
    with os.scandir(folder) as entries:
        for entry in entries:
            changed = entry.stat(follow_symlinks=False).st_mtime
            if entry.name.endswith(_UNFINISHED) and changed < time.time() - _STALE_SECONDS:
                os.unlink(entry.path)
            elif len(entry.name) == 32 + len(_SUFFIX) and entry.name.endswith(_SUFFIX):
                files.append((changed, entry.path))
    for _, path in sorted(files)[:-_MOST_FILES]:
        os.unlink(path)
