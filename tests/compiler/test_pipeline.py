"""The whole compiler at once: what comes back for right, wrong and unreadable files, and how ignore comments work."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowc.compiler.pipeline import compile_file
from tests.compiler.compiling import codes, compiled


def test_a_right_flow_has_a_definition_and_no_diagnostic(tmp_path: Path) -> None:
    file = tmp_path / "ping.yaml"
    file.write_bytes(b"flow: ping\nsteps: {a: }\n")
    compilation = compile_file(file)
    assert compilation.diagnostics == []
    assert compilation.definition is not None
    assert compilation.definition.slug == "ping"
    assert compilation.file == str(file)


def test_a_flow_with_an_error_has_no_definition_but_all_that_was_found() -> None:
    compilation = compiled("flow: ping\nsteps: {a: {tiemout: 5s, depends_on: [b]}, input: }")
    assert codes(compilation) == ["FL201", "FL301", "FL312"]
    assert compilation.definition is None


def test_a_warning_stops_nothing() -> None:
    compilation = compiled("flow: ping\nsteps: {a: , b: {depends_on: [a], with: {x: $a}}}")
    assert codes(compilation) == ["FL404"]
    assert compilation.definition is not None


def test_diagnostics_come_in_the_order_of_the_file() -> None:
    compilation = compiled("flow: ping\nsteps:\n  a: {with: {x: $y}}\n  b: {depends_on: [z], tiemout: 5s}\n  c-d:\n")
    places = [one.position for one in compilation.diagnostics]
    assert places == sorted(places)
    assert len(places) == 4


def test_a_file_that_cannot_be_read_raises(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        compile_file(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize("data", [b"", b"- a\n", b"\xff\xfe", b"flow: caf\xe9\n", b"a: b: c\n", b"[" * 30_000])
def test_of_an_unreadable_file_the_report_still_has_the_text(data: bytes) -> None:
    compilation = compile_file("flow.yaml", data=data)
    assert compilation.document is None
    assert compilation.definition is None
    assert len(compilation.diagnostics) == 1
    assert compilation.text == data.decode(errors="replace")


REDUNDANT = "    depends_on: [a]"


@pytest.mark.parametrize(
    ("line", "left"),
    [
        (f"{REDUNDANT}  # flowc: ignore[FL404] why", []),
        (f"    # flowc: ignore[FL404] why\n{REDUNDANT}", []),
        (f"    # flowc: ignore[FL404] why\n\n    # more\n{REDUNDANT}", []),
        (f"{REDUNDANT}  #flowc:ignore[FL802,FL404]", ["FL199"]),
        (f"{REDUNDANT}\n    # flowc: ignore[FL404] why", ["FL404", "FL199"]),
        (f"{REDUNDANT}  # flowc: ignore", ["FL404", "FL199"]),
        (f"{REDUNDANT}  # flowc: ignore[]", ["FL404", "FL199"]),
        (f"{REDUNDANT}  # flowc: ignored", ["FL404"]),
        (f"{REDUNDANT}\n    description: '# flowc: ignore[FL404]'", ["FL404"]),
        (f"{REDUNDANT}\n    description: |\n      # flowc: ignore[FL404]", ["FL404"]),
    ],
)
def test_an_ignore_comment_counts_for_its_line_or_the_next(line: str, left: list[str]) -> None:
    compilation = compiled(f"flow: f\nsteps:\n  a:\n  b:\n    with: {{x: $a}}\n{line}\n")
    assert codes(compilation) == left
    assert compilation.definition is not None


@pytest.mark.parametrize("step", ["{depends_on: [b]}", "{tiemout: 5s}", "{run_if: {}}", "{with: {x: $5}}"])
def test_what_leaves_a_flow_without_a_meaning_cannot_be_ignored(step: str) -> None:
    [code] = codes(compiled(f"flow: f\nsteps:\n  a: {step}\n"))
    compilation = compiled(f"flow: f\nsteps:\n  a: {step}  # flowc: ignore[{code}]\n")
    assert codes(compilation) == [code, "FL199"]
    assert compilation.definition is None
