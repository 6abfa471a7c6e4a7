"""What users import in their tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowc.testing import InvalidFlow, definition_of, run_flow


def written(folder: Path, text: str) -> Path:
    file = folder / "flow.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_flow_file_is_compiled_and_run(tmp_path: Path) -> None:
    file = written(tmp_path, "flow: tested\nsteps:\n  a:\n  b: {with: {x: $a.n}, on_failure: skip}\n")

    assert run_flow(file, {"a": lambda: {"n": 2}, "b": lambda x: x + 1}).output == {"b": 3}


def test_a_flow_file_with_mistakes_fails_the_test_with_its_report(tmp_path: Path) -> None:
    file = written(tmp_path, "flow: tested\nsteps:\n  a: {depends_on: [b]}\n")

    with pytest.raises(InvalidFlow, match="FL301") as invalid:
        definition_of(file)
    assert [diagnostic.code for diagnostic in invalid.value.diagnostics] == ["FL301"]
