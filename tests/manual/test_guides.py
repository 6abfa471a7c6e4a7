"""What the guides show works: their flows are right, and the tests in them pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flowc.compiler.pipeline import compile_file
from tests.manual.blocks import Block, blocks
from tests.manual.pages import DOCS

GUIDES = ("branches.md", "maps.md", "retries.md", "coming-from.md")
ALL = {file.name: blocks(file.read_text()) for file in sorted(DOCS.glob("*.md"))}


def examples_in(name: str) -> list[Block]:
    return [block for block in ALL[name] if block.kind == "python" and "def test_" in block.text]


@pytest.mark.parametrize("name", GUIDES)
def test_the_tests_of_a_guide_pass(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for block in ALL[name]:
        if block.file is not None:
            (tmp_path / block.file).write_text(block.text)
    assert examples_in(name)
    for block in examples_in(name):
        names: dict[str, Any] = {"__name__": "guide"}
        exec(block.text, names)
        for test in [value for key, value in names.items() if key.startswith("test_")]:
            test()


@pytest.mark.parametrize("name", sorted(ALL))
def test_the_flows_of_a_page_are_right(name: str) -> None:
    for block in ALL[name]:
        if block.kind == "yaml" and block.text.startswith("flow: "):
            found = compile_file(block.file or name, data=block.text.encode())
            wrong = [f"{one.code}: {one.message}" for one in found.diagnostics]
            assert not wrong or name == "tutorial.md", block.text  # the tutorial's first flow is wrong on purpose
