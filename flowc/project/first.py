"""What `flowc init` writes: a first flow, its handlers, settings, and the check in hooks and CI."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Final

from flowc.assets import schema_text
from flowc.errors import UsageError

FLOW: Final = """\
# yaml-language-server: $schema=flow.schema.json
flow: hello
description: Greet somebody, and say how long the greeting is.

input:
  type: object
  required: [name]
  properties:
    name: {type: string, default: world}

steps:
  greet: # the handler of this name
    with: {name: $input.name}
  count_letters:
    with: {text: $greet} # a reference: this step waits for `greet`

returns: {greeting: $greet, letters: $count_letters}
"""

HANDLERS: Final = '''\
"""The handlers of the flows in this folder: plain functions, found by their names."""

from flowc import Handlers

handlers = Handlers()


@handlers.register
def greet(name: str) -> str:
    """A greeting for somebody."""
    return f"Hello, {name}!"


@handlers.register
def count_letters(text: str) -> int:
    """How many letters a text has."""
    return sum(letter.isalpha() for letter in text)
'''

SETTINGS: Final = """\
[tool.flowc]
flows = "flows"
handlers = "flows.handlers:handlers"
"""

HOOK: Final = """\
repos:
  - repo: local
    hooks:
      - id: flowc-check
        name: flowc check
        entry: flowc check --handlers flows.handlers:handlers
        language: system
        files: \\.(ya?ml|json|lock|py)$
        # The folder is checked, not the files that changed: some rules need every flow.
        pass_filenames: false
"""

CI: Final = """\
name: flows
on: [push, pull_request]
permissions:
  contents: read
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0 # --base looks at the lock of another commit
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install flowc
      - run: flowc check --handlers flows.handlers:handlers
      # What is released stays as it is, also where flow and lock are edited together.
      - if: github.event_name == 'pull_request'
        env:
          BASE: origin/${{ github.base_ref }}
        run: flowc check --base "$BASE"
"""

GITIGNORE: Final = ".flowc/\n__pycache__/\n"

_SECTION = re.compile(r"^\s*\[tool\.flowc\]", re.MULTILINE)


def write_project(folder: Path) -> list[tuple[str, str]]:
    """Write a first project into ``folder``, which is made if need be. Nothing that exists is overwritten.

    Returns:
        What became of each file, by its path below ``folder``: ``created``, ``extended`` or ``kept``.

    Raises:
        UsageError: a file cannot be written, or pyproject.toml cannot be read.
    """
    files = {
        "flows/hello.yaml": FLOW,
        "flows/handlers.py": HANDLERS,
        "flows/flow.schema.json": schema_text("flow.schema.json"),
        ".pre-commit-config.yaml": HOOK,
        ".github/workflows/flows.yml": CI,
        ".gitignore": GITIGNORE,
    }
    try:
        found = [("pyproject.toml", _write_settings(folder / "pyproject.toml"))]
        return found + [(name, _write(folder / name, text)) for name, text in files.items()]
    except OSError as error:
        raise UsageError(f"cannot write {error.filename}: {error.strerror}", help="check the folder") from error


def _write(file: Path, text: str) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        return "kept"
    return "created"


def _write_settings(file: Path) -> str:
    if not file.exists():
        return _write(file, SETTINGS)
    try:
        text = file.read_text(encoding="utf-8")
        tool = tomllib.loads(text).get("tool", {})
    except ValueError as error:
        raise UsageError(f"cannot read {file}: {error}", help="flowc init adds [tool.flowc] to it") from error
    if (isinstance(tool, dict) and "flowc" in tool) or _SECTION.search(text):
        return "kept"
    with file.open("a", encoding="utf-8") as stream:
        stream.write(("" if text.endswith("\n") or not text else "\n") + ("\n" if text else "") + SETTINGS)
    return "extended"
