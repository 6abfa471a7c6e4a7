"""Handlers that no flow calls: FL319."""

from __future__ import annotations

from tests.project.conftest import Project

HANDLERS = "import x\n\n\n@x.register\n@x.twice(\n    3,\n)\nasync def summary() -> None: ...\n"


def _said(project: Project, *paths: str) -> list[str]:
    places = {"website": "app.py:1", "summary": "app.py:4", "strange": "a place unknown"}
    found = project.found(*paths, handlers=places)
    return [
        f"{one.code} {one.file}:{one.position.line}:{one.position.column} {one.message}" for one in found.diagnostics
    ]


def test_a_handler_that_no_flow_calls_is_reported_where_it_is_defined(project: Project) -> None:
    project.write("app.py", HANDLERS)
    project.write("flows/a.yaml", "flow: a\nsteps: {x: {handler: [website, strange]}}\n")
    assert _said(project) == ["FL319 app.py:8:11 the handler `summary` is registered, and no flow calls it"]
    assert project.found(handlers={"summary": "app.py:4"}).sources["app.py"] == HANDLERS


def test_a_part_of_the_flows_says_nothing_of_handlers(project: Project) -> None:
    project.write("flows/a.yaml", "flow: a\nsteps: {website: , summary: }\n")
    assert _said(project, "flows/a.yaml") == []
    assert len(_said(project, "flows")) == 1


def test_a_flow_that_cannot_be_read_may_call_it(project: Project) -> None:
    project.write("flows/a.yaml", "flow: a\nsteps: {website: \n")
    assert _said(project) == []


def test_a_misspelt_step_and_the_handler_it_means_are_brought_together(project: Project) -> None:
    project.write("flows/a.yaml", "flow: a\nsteps: {website: , strange: , sumary: }\n")
    [one] = project.found(handlers={"summary": "app.py:4", "website": "", "strange": ""}).diagnostics
    assert one.help == "did you mean `sumary`?"
