"""What the README shows is what the commands print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Flowc

BLOCKS = re.findall(r"^```console\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
WRONG = "flow: wrong\nsteps:\n  website:\n  sentiment:\n    with: {text: $webiste.text}\n    tiemout: 5s\n"


def lines(text: str) -> list[str]:
    """The lines without what differs from run to run: ids, durations, and which of two steps was first."""
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "RUN", text)
    text = re.sub(r"\d+\.\d+ s", "TIME", text)
    return sorted(line for line in text.splitlines() if line and not line.startswith(("database: ", "$ ")))


@pytest.mark.parametrize(("page", "block"), [("index", BLOCKS[0]), ("gone", BLOCKS[1])], ids=["index", "gone"])
def test_the_runs_of_the_readme_are_real(flowc: Flowc, dsn: str, page: str, block: str) -> None:
    result = flowc("run", "flows/analyze_website.yaml", f"url=flows/pages/{page}.html", FLOWC_DATABASE_URL=dsn)
    said = lines(result.stderr + result.stdout)
    assert [line for line in said if line in lines(block)] == lines(block)
    assert [line for line in said if line not in lines(block)] in ([], ["run RUN: analyze_website_v1"])


def test_the_report_of_the_readme_is_real(flowc: Flowc, project: Path) -> None:
    (project / "flows" / "wrong.yaml").write_text(WRONG)
    assert lines(flowc("check", "flows/wrong.yaml").stdout) == lines(BLOCKS[2])


def test_the_flow_of_the_readme_compiles(flowc: Flowc, project: Path) -> None:
    [flow] = re.findall(r"^```yaml\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    (project / "readme.yaml").write_text(flow)
    result = flowc("check", "readme.yaml", "--handlers", "flows.handlers:handlers", "--fail-on", "warning")
    assert result.returncode == 0, result.stdout
