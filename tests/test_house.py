"""The rules of the house: what linters, types and the import contracts say, and what a walk through the code finds."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(file for folder in ("flowc", "flows", "tests") for file in (ROOT / folder).rglob("*.py"))
OURS = [file for file in MODULES if not file.is_relative_to(ROOT / "tests")]
VAGUE_NAMES = {"utils", "util", "helpers", "common", "core", "base", "manager", "service"}
LONGEST_FUNCTION = 70  # lines


def run(*command: str) -> None:
    run_tool(sys.executable, "-m", *command)


def run_tool(*command: str | Path) -> None:
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert result.returncode == 0, result.stdout + result.stderr


def test_ruff_finds_nothing() -> None:
    run("ruff", "check", ".")


def test_all_code_is_formatted() -> None:
    run("ruff", "format", "--check", ".")


def test_types_hold_strictly() -> None:
    run("mypy")


def test_the_rooms_import_each_other_top_to_bottom() -> None:
    run_tool(Path(sys.executable).with_name("lint-imports"))


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_a_module_opens_with_a_sentence(file: Path) -> None:
    module = ast.parse(file.read_text(encoding="utf-8"))
    assert not module.body or ast.get_docstring(module)


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_no_function_is_endless(file: Path) -> None:
    module = ast.parse(file.read_text(encoding="utf-8"))
    long = [f"{name}: {length} lines" for name, length in function_lengths(module) if length > LONGEST_FUNCTION]
    assert not long


def test_no_module_has_a_vague_name() -> None:
    assert not [file for file in OURS if file.stem in VAGUE_NAMES or file.parent.name in VAGUE_NAMES]


def function_lengths(module: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1
