"""Types that are easily taken wrong: right flows that give no report, and wrong ones with theirs.

A case in the text files begins with ``=== its name``; Python signatures of the handlers follow after ``--- handlers``.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.compiler.compiling import compiled, said

FOLDER = Path(__file__).parent


def _cases(name: str) -> list[object]:
    text = (FOLDER / name).read_text(encoding="utf-8")
    parts = [part.partition("\n") for part in re.split(r"^=== ", text, flags=re.MULTILINE)[1:]]
    return [pytest.param(title.partition(": ")[2], flow, id=title.partition(": ")[0]) for title, _, flow in parts]


def _said(text: str) -> list[str]:
    """Code and place of each report, with the handlers known if the case has some."""
    flow, _, handlers = text.partition("--- handlers\n")
    return [line.partition("-")[0] for line in said(compiled(flow, handlers or None))]


@pytest.mark.parametrize(("_expected", "text"), _cases("tricky_right.txt"))
def test_what_is_right_gives_no_report(_expected: str, text: str) -> None:
    assert _said(text) == []


@pytest.mark.parametrize(("expected", "text"), _cases("tricky_wrong.txt"))
def test_what_is_wrong_is_reported_at_its_place(expected: str, text: str) -> None:
    assert _said(text) == expected.split(", ")
