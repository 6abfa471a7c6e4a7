"""What `flowc check` found before, for files that are as they were then: kept in ``.flowc_cache``.

Nothing here can make a check wrong or fail: what cannot be read, or was written by other code, is as if it were not
there, and what cannot be written is not kept.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from flowc.project.cache_folder import is_usable, read_checked, write_checked
from flowc.project.cache_key import cache_key
from flowc.project.cache_rows import diagnostics_of, rows_of
from flowc.project.checked import Checked

if TYPE_CHECKING:
    from flowc.compiler.schema.files import Borrowed

FOLDER = ".flowc_cache"
# A file that changed so shortly before it was read may change again within the same tick of the file system's clock.
_TICK = 2_000_000_000
# Longer reports are not kept: every check would read them, also those of other files.
_MOST_DIAGNOSTICS = 200

# What tells that a file is as it was: size, times of change of its content and of its entry, number of its entry.
_State = list[int]


class Look(NamedTuple):
    """A file as it is now: its name in the cache, and what tells whether it changed; ``sure`` if that can be kept."""

    name: str
    state: _State
    sure: bool


class Cache:
    """What is known of files, by their names below ``root``; it is read once, and written by `save`."""

    def __init__(self, folder: str, root: str, facts: Mapping[str, Any] | None) -> None:
        self._folder = folder
        self._root = os.path.join(os.path.realpath(root), "")
        self._key = cache_key(facts)
        self._known: dict[str, list[Any]] = self._read()
        self._folders: dict[str, str] = {}
        self._seen: set[str] = set()
        self._changed = False

    def look(self, path: str) -> Look | None:
        """A file as it is now; None where it cannot be seen."""
        try:
            found = os.stat(path)
        except (OSError, ValueError):
            return None
        state = [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
        return Look(self._name(path), state, max(state[1:3]) < time.time_ns() - _TICK)

    def is_flow(self, look: Look) -> bool | None:
        """Whether the file has a `flow` at its top; None where that is not known."""
        entry = self._entry(look)
        return entry[1] if entry and type(entry[1]) is bool else None

    def put_is_flow(self, look: Look, answer: bool) -> None:
        """Keep whether a file has a `flow` at its top."""
        entry = self._entry(look)
        self._put(look, answer, entry[2] if entry else None)

    def get(self, look: Look, file: str, *, with_digest: bool) -> Checked | None:
        """What a check of ``file`` found, all of it; None where that is not known."""
        entry = self._entry(look)
        if entry is None or entry[2] is None:
            return None
        try:
            slug, digest, calls, rows, borrowed = entry[2]
            if borrowed is not None and not self._is_as_it_was(borrowed, file):
                return None
            found = Checked(file, diagnostics_of(rows, file), slug, digest, None if calls is None else tuple(calls))
            return None if with_digest and digest is None and not found.has_error else found
        except (ValueError, TypeError, AttributeError):
            return None

    def put(self, look: Look, found: Checked) -> None:
        """Keep what a check found in a file that was read after ``look``, unless it may change unseen."""
        borrowed = None if found.borrowed is None else self._states(found.borrowed)
        if len(found.diagnostics) <= _MOST_DIAGNOSTICS and (found.borrowed is None or borrowed is not None):
            entry = self._entry(look)
            result = [found.slug, found.known_digest, found.calls, rows_of(found.diagnostics), borrowed]
            self._put(look, entry[1] if entry else None, result)

    def save(self) -> None:
        """Write down what is new; files that are gone are forgotten."""
        if not self._changed:
            return
        root = self._root
        kept = {
            name: entry
            for name, entry in self._known.items()
            if name in self._seen or os.path.exists(os.path.join(root, name))
        }
        write_checked(self._folder, self._key, json.dumps(kept, separators=(",", ":")).encode("ascii"))

    def _read(self) -> dict[str, list[Any]]:
        data = read_checked(self._folder, self._key)
        try:
            known = json.loads(data) if data else {}
        except (ValueError, RecursionError):
            return {}
        return known if type(known) is dict else {}

    def _entry(self, look: Look) -> list[Any] | None:
        """What is known of a file in this very state."""
        self._seen.add(look.name)
        entry = self._known.get(look.name)
        return entry if type(entry) is list and len(entry) == 3 and entry[0] == look.state else None

    def _put(self, look: Look, is_flow: bool | None, result: list[Any] | None) -> None:
        if look.sure:
            self._known[look.name] = [look.state, is_flow, result]
            self._changed = True

    def _states(self, borrowed: Borrowed) -> list[Any] | None:
        """The files from which a flow has schemas, as they are now; None where that cannot be kept."""
        states: dict[str, Any] = {}
        for path, real in borrowed.looked.items():
            look = self.look(real)
            if look is not None and not look.sure:
                return None
            states[path] = [real, look and look.state]
        return [list(borrowed.root), states]

    def _is_as_it_was(self, borrowed: Any, file: str) -> bool:
        """Whether the files from which a flow has schemas are those of then, and what they were."""
        from flowc.compiler.schema.files import root_of

        root, states = borrowed
        folder = os.path.dirname(file)
        if list(root_of(folder)) != root:
            return False
        for path, (real, state) in states.items():
            look = self.look(real)
            if os.path.realpath(os.path.join(folder, path)) != real or (look and look.state) != state:
                return False
        return True

    def _name(self, path: str) -> str:
        """The file's place below the root; a link keeps its own name, which says how it is read."""
        folder, name = os.path.split(path)
        around = self._folders.get(folder)
        if around is None:
            around = os.path.join(os.path.realpath(folder), "")
            if around.startswith(self._root):
                around = around[len(self._root) :]
            self._folders[folder] = around
        return around + name


def open_cache(root: Path, folder: Path | None, facts: Mapping[str, Any] | None) -> Cache | None:
    """The cache of the project in ``root``, in ``folder`` where one is named; None where there can be none.

    ``facts`` is what the registry of handlers tells; None where the flows are not held against handlers.
    """
    where = str(folder or root / FOLDER)
    try:
        return Cache(where, str(root), facts) if is_usable(where) else None
    except (OSError, ValueError):  # no such file system, or no name for a folder
        return None
