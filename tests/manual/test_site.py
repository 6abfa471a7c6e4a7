"""The manual is a site whose every page is in its contents and whose links lead somewhere; the README's do, too."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, environment
from tests.cli.test_deploy_files import assert_parses
from tests.manual.blocks import blocks
from tests.manual.pages import DOCS

PAGES = sorted(DOCS.glob("*.md"))
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(tmp_path / "site")]
    built = subprocess.run(
        command, cwd=ROOT, env=environment(NO_MKDOCS_2_WARNING="1"), capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    assert (tmp_path / "site" / "tutorial" / "index.html").is_file()


def test_every_page_is_in_the_contents() -> None:
    assert sorted(re.findall(r": (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)) == [
        page.name for page in PAGES
    ]


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"])
def test_links_into_the_repository_lead_somewhere(name: str) -> None:
    for link in _LINK.findall((ROOT / name).read_text()):
        path, _, anchor = link.partition("#")
        if path.startswith("http"):
            continue
        assert (ROOT / path).exists(), link
        assert not anchor or anchor in anchors(ROOT / path), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_list_or_table_follows_an_empty_line(page: Path) -> None:
    """Where it follows a text, the site shows it as a part of that text."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    for before, line in pairwise(text.splitlines()):
        for mark in ("- ", "|"):
            if line.startswith(mark):
                assert not before or before.startswith((mark, "  ")), f"{page.name}: {line}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_of_a_page_are_ones_that_there_are(page: Path) -> None:
    for block in blocks(page.read_text()):
        lines = [command.line for command in block.commands] if block.kind == "console" else block.text.splitlines()
        if block.kind in ("console", "sh", "bash", "text") and not block.text.startswith("Usage:"):
            for line in lines:
                assert_is_a_command(line)


def assert_is_a_command(line: str) -> None:
    """A line that begins with flowc has a command and options that there are; what stands beside it is passed over."""
    said = re.split(r" {2,}|\s#", line)[0]
    alone = re.split(r" [|>&]|;", said)[0]
    if alone.startswith("flowc "):
        assert_parses(shlex.split(alone)[1:])


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
