"""Pages of the manual that are printed from code are those of the code."""

from __future__ import annotations

import re

import pytest
import yaml

from flowc.compiler.checks import RULES
from tests.manual.pages import DOCS, PAGES


@pytest.mark.parametrize("name", sorted(PAGES.keys() - {"cli.md", "joins.md"}))  # these have tests of their own
def test_the_page_is_current(name: str) -> None:
    assert (DOCS / name).read_text() == PAGES[name](), "python -m tests.manual"


def test_every_rule_has_its_section_and_its_row() -> None:
    page = (DOCS / "rules.md").read_text()
    for code, module in RULES.items():
        assert page.count(f"\n## {code} {module.RULE.name}\n") == 1
        assert page.count(f"\n| [{code}](#{code.lower()}-{module.RULE.name}) |") == 1


def test_the_examples_of_the_flow_file_s_page_are_yaml() -> None:
    examples = re.findall(r"(?:\| |<br>)`(\w+): (.*?)`(?=<br>| \|)", (DOCS / "flow-file.md").read_text())
    assert len(examples) > 30
    for key, value in examples:
        assert yaml.safe_load(f"{key}: {value}") is not None, (key, value)
