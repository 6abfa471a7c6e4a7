"""What checks kept of flows with schemas from files: forgotten as soon as one of these is another."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from flowc.cli.check import command
from flowc.project import cache
from tests.project.conftest import Project

FLOW = """\
flow: report
steps:
  website:
    output: {$ref: ../schemas/page.yaml}
  sentiment:
    with: {text: $website.text}
"""
PAGE = "type: object\nproperties: {text: {$ref: text.json}}\n"
TEXT = '{"type": "string"}'
OTHER = "type: object\nproperties: {words: {type: string}}\n"


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    yield
    gc.enable()  # a check of its own process switches it off


@pytest.fixture
def kept(project: Project, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of schemas of a flow without mistakes, whose check is in the cache."""
    monkeypatch.setattr(cache, "_TICK", -3_600_000_000_000)
    project.write("flows/report.yaml", FLOW)
    project.write("schemas/page.yaml", PAGE)
    project.write("schemas/text.json", TEXT)
    assert _check().startswith("1 flow OK")
    return project.folder / "schemas"


def _check() -> str:
    return CliRunner().invoke(command, ["--format", "concise"]).output


def _refuse(*arguments: object, **keywords: object) -> None:
    raise AssertionError("compiled")


def test_a_flow_whose_schema_files_are_as_they_were_is_not_compiled(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = _check()
    monkeypatch.setattr("flowc.compiler.pipeline.compile_file", _refuse)
    assert _check().partition("(")[0] == report.partition("(")[0]


def _replace_by_link(file: Path, text: str) -> None:
    target = file.with_name("elsewhere.yaml")
    target.write_text(text)
    file.unlink()
    file.symlink_to(target)


def _replace_folder(folder: Path) -> None:
    folder.rename(folder.with_name("before"))
    other = folder.with_name("other")
    other.mkdir()
    (other / "page.yaml").write_text(OTHER)
    folder.symlink_to(other)


CHANGES: dict[str, Callable[[Path], object]] = {
    "other content": lambda schemas: (schemas / "page.yaml").write_text(OTHER),
    "a file of a file": lambda schemas: (schemas / "text.json").write_text("[]"),
    "gone": lambda schemas: (schemas / "text.json").unlink(),
    "a link": lambda schemas: _replace_by_link(schemas / "page.yaml", OTHER),
    "the folder is another": _replace_folder,
    "the repository ends below": lambda schemas: (schemas.parent / "flows/.git").mkdir(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_schema_file_is_noticed(kept: Path, change: str) -> None:
    CHANGES[change](kept)
    report = _check()
    assert "error[" in report
    assert _check().partition("(")[0] == report.partition("(")[0]


def test_a_file_that_was_missing_is_noticed_when_it_comes(kept: Path) -> None:
    (kept / "text.json").unlink()
    assert "there is no file `schemas/text.json`" in _check()
    assert "there is no file `schemas/text.json`" in _check()
    (kept / "text.json").write_text(TEXT)
    assert "error" not in _check()
