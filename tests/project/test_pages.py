"""The manual pages of the rules that need a whole project: their examples are true."""

from __future__ import annotations

import re
from textwrap import dedent
from types import ModuleType

import pytest

from flowc.compiler.checks import OF_PROJECTS
from tests.project.conftest import Project


def _example(module: ModuleType, heading: str) -> str:
    found = re.search(rf"^{heading}:\n\n((?:    .*\n|\n)+)", str(module.__doc__), re.MULTILINE)
    return dedent(found[1]).strip("\n") + "\n" if found else ""


@pytest.mark.parametrize("module", OF_PROJECTS, ids=lambda module: module.RULE.code)
def test_the_bad_example_gives_the_code_and_the_good_one_nothing(module: ModuleType, project: Project) -> None:
    code = module.RULE.code
    if released := _example(module, "Released"):
        project.write("flows/page.yaml", released)
        project.lock()
    if another := _example(module, "Another file"):
        project.write("flows/another.yaml", another)
    names = re.findall(r"def (\w+)", _example(module, "Handlers"))
    found = {}
    for heading in ("Bad", "Good"):
        project.write("flows/page.yaml", _example(module, heading))
        check = project.found(locked=code == "FL907", handlers=dict.fromkeys(names, "app.py:1"))
        found[heading] = {diagnostic.code for diagnostic in check.diagnostics}
    assert found["Bad"] - {"FL902"} == {code} - {"FL902"}
    assert (code in found["Bad"], found["Good"]) == (True, set())
