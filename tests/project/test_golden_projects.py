"""Golden folders: what was released, what stands there now, and the report of a check, byte for byte.

`pytest tests/compiler tests/project --golden-update` rewrites `report.out`; read the difference before committing it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from flowc.compiler.checks import OF_PROJECTS, RULES
from flowc.report import full, summary
from tests.project.conftest import Git, Project

GOLDEN = Path(__file__).parents[1] / "golden/projects"
SINGLE = Path(__file__).parents[1] / "golden/check"
FOLDERS = sorted(path for path in GOLDEN.iterdir() if path.is_dir())


def _report(project: Project, git: Git, case: Path) -> str:
    """What a check says of `now`, where `released` was locked and committed before; the time left out."""
    if (case / "released").is_dir():
        shutil.copytree(case / "released", project.folder, dirs_exist_ok=True)
        project.lock()
        git("add", "-A")
        git("commit", "-qm", "released")
        for file in (case / "released/flows").iterdir():
            (project.folder / "flows" / file.name).unlink()
    shutil.copytree(case / "now", project.folder, dirs_exist_ok=True)
    options = case / "check.json"
    found = project.found(**json.loads(options.read_text(encoding="utf-8")) if options.exists() else {})
    flows = project.compiled()
    sources = {flow.file: flow.text for flow in flows} | found.sources
    for flow in flows:
        sources |= flow.borrowed.texts if flow.borrowed else {}
    diagnostics = sorted([*found.diagnostics, *(one for flow in flows for one in flow.diagnostics)])
    last = summary.render(diagnostics, files=len(flows), seconds=0).replace(" (0.00 s)", "")
    return f"{full.render(diagnostics, sources)}\n{last}"


@pytest.mark.parametrize("case", FOLDERS, ids=lambda case: case.name)
def test_the_report_of_a_folder_is_the_golden_one(case: Path, project: Project, git: Git, golden_update: bool) -> None:
    report = _report(project, git, case)
    if golden_update:
        (case / "report.out").write_text(report, encoding="utf-8")
    assert report == (case / "report.out").read_text(encoding="utf-8")
    assert case.name.partition("_")[0] in report


def test_every_code_has_a_golden_pair() -> None:
    reports = [path.read_text(encoding="utf-8") for path in (*SINGLE.glob("*.out"), *GOLDEN.glob("*/report.out"))]
    assert [code for code in RULES if not any(f"[{code}]" in report for report in reports)] == []


def test_every_rule_of_projects_has_a_golden_folder_named_after_it() -> None:
    names = {case.name for case in FOLDERS}
    assert {f"{module.RULE.code}_{module.__name__.rpartition('.')[2]}" for module in OF_PROJECTS} <= names
