"""What decides the result of a check besides the file itself: flowc's own code, what it leans on, and the handlers."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from importlib.machinery import PathFinder
from typing import Any

from flowc import __version__

# Counts up when the files of the cache are written in another way.
LAYOUT = 2
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_CODE = ("compiler", "schemas", "project", "diagnostic.py", "references.py")
# What the package is called where it is installed, by the name that is imported.
_LEANS_ON = {"jsonschema_rs": "jsonschema_rs-", "yaml": "pyyaml-", "networkx": "networkx-", "orjson": "orjson-"}


def cache_key(facts: Mapping[str, Any] | None) -> str:
    """32 hexadecimal digits that differ where the same file may give another result.

    ``facts`` is what the registry of handlers tells; None where the flows are not held against handlers. The code is
    read, not its times of change: a copy of the same code elsewhere has the same key.

    Raises:
        OSError: the code cannot be read.
    """
    digest = blake2b(digest_size=16)
    for part in (LAYOUT, __version__, sys.version, sys.implementation.name, *_leans_on()):
        digest.update(f"{part}\n".encode())
    for path in sorted(path for name in _CODE for path in _modules(os.path.join(_PACKAGE, name))):
        with open(path, "rb") as file:
            code = file.read()
        digest.update(f"{path[len(_PACKAGE) :]} {len(code)}\n".encode())
        digest.update(code)
    if facts is not None:
        digest.update(json.dumps(facts, sort_keys=True, default=repr).encode())
    return digest.hexdigest()


def _modules(path: str) -> Iterator[str]:
    if path.endswith(".py"):
        yield path
    elif not path.endswith(".pyc") and os.path.isdir(path):
        for name in os.listdir(path):
            if name.endswith(".py") or "." not in name:
                yield from _modules(os.path.join(path, name))


def _leans_on() -> Iterator[str]:
    """The installed versions of other packages, told from the names of the folders beside them."""
    for name, beginning in _LEANS_ON.items():
        spec = PathFinder.find_spec(name)
        origin = spec.origin if spec else None
        around = os.path.dirname(os.path.dirname(origin or ""))
        yield name
        if origin and os.path.isdir(around):
            yield from sorted(each for each in os.listdir(around) if _plain(each).startswith(beginning))
            yield str(os.stat(origin).st_size)


def _plain(name: str) -> str:
    return name.lower().replace("_", "-").replace("jsonschema-rs", "jsonschema_rs")
