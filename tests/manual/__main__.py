"""Writes the pages of the manual that are printed from code: `python -m tests.manual`."""

from __future__ import annotations

from tests.manual.pages import DOCS, PAGES

for name, page in PAGES.items():
    (DOCS / name).write_text(page())
