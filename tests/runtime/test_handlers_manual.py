"""The examples of docs/handlers.md pass as they stand there, and its table names what is converted."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from flowc.cli.group import COMMANDS

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs" / "handlers.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", MANUAL, re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_of_the_manual_passes(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    module = ModuleType("example")
    monkeypatch.setitem(sys.modules, "example", module)
    exec(EXAMPLES[number], module.__dict__)
    tests = [value for name, value in vars(module).items() if name.startswith("test_")]

    assert len(tests) == 1
    tests[0]()


def test_the_commands_that_it_names_are_there() -> None:
    assert {"handlers", "stubs", "check"} <= COMMANDS.keys()
    assert set(re.findall(r"`flowc (\w+)", MANUAL)) <= COMMANDS.keys()
