"""Which pages of the manual are printed, and by what."""

from __future__ import annotations

from collections.abc import Callable

from tests.cli import reference
from tests.cli.conftest import ROOT
from tests.manual import flow_file_page, rules_page, sql_page
from tests.simulate import truth_table

DOCS = ROOT / "docs"
PAGES: dict[str, Callable[[], str]] = {
    "cli.md": reference.page,
    "flow-file.md": flow_file_page.page,
    "joins.md": truth_table.page,
    "rules.md": rules_page.page,
    "sql.md": sql_page.page,
}
