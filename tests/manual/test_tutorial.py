"""The tutorial works by the letter: its files, its edits, its commands, and what they print.

`FLOWC_WRITE_TUTORIAL=1 pytest -n 0 tests/manual/test_tutorial.py` writes what was printed into the page.
"""

from __future__ import annotations

import os
from pathlib import Path

from tests.cli.conftest import ROOT
from tests.manual.play import Play

PAGE = ROOT / "docs" / "tutorial.md"


def test_the_tutorial_is_what_happens(tmp_path: Path, empty_dsn: str) -> None:
    play = Play(tmp_path, "shop", empty_dsn)
    written = play.page(PAGE.read_text())
    if os.environ.get("FLOWC_WRITE_TUTORIAL"):
        PAGE.write_text(written)
        return
    for line, shown, came in play.said:
        assert came == shown, f"{line}\n(FLOWC_WRITE_TUTORIAL=1 writes what came into the page)"
