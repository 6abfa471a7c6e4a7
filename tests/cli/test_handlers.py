"""`flowc handlers` writes facts from which flows are checked as against the handlers themselves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Flowc

HANDLERS = """
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from pydantic import BaseModel

from flowc import Handlers

handlers = Handlers()


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


@dataclass
class Part:
    name: str
    made: datetime | None = None


class Order(BaseModel):
    size: Size
    parts: list[Part]


@handlers.register
def order() -> Order: ...


@handlers.register
def pack(size: Size, part: str, parts: list[Part]) -> None: ...


@handlers.register("never.called")
def never() -> None: ...
"""
RIGHT = (
    "flow: f\nsteps:\n  order:\n  pack: {with: {size: $order.size, part: $order.parts.0.name, parts: $order.parts}}\n"
)
WRONG = "flow: f\nsteps:\n  order:\n  pack: {with: {size: medium, part: $order.parts.0.size, parts: $order.size}}\n"


@pytest.fixture
def shop(project: Path) -> Path:
    """A project of one flow, whose handlers have types that only pydantic knows."""
    (project / "shop.py").write_text(HANDLERS)
    (project / "shop.yaml").write_text(RIGHT)
    (project / "pyproject.toml").write_text('[tool.flowc]\nflows = "shop.yaml"\nhandlers = "shop:handlers"\n')
    return project


def test_the_facts_are_written_to_stdout_or_a_file_the_same_each_time(flowc: Flowc, shop: Path) -> None:
    printed = flowc("handlers", "shop:handlers").stdout
    done = flowc("handlers", "-o", "facts.json")

    assert (done.stdout, done.stderr) == ("", "wrote facts.json\n")
    assert (shop / "facts.json").read_text() == printed
    facts = json.loads(printed)
    assert facts["format"] == 1
    assert list(facts["handlers"]) == ["never.called", "order", "pack"]
    assert facts["handlers"]["order"]["returns"]["properties"]["parts"] == {
        "type": "array",
        "items": {"$ref": "#/$defs/Part"},
    }
    assert str(shop) not in printed


def test_flows_are_checked_by_the_facts_without_importing_the_application(flowc: Flowc, shop: Path) -> None:
    flowc("handlers", "-o", "facts.json")
    (shop / "shop.py").write_text("raise SystemExit('imported')\n")

    right = flowc("check", "--handlers", "facts.json", "--format", "concise")
    assert "FL319" in right.stdout
    assert "facts.json:4:1" in right.stdout
    assert right.returncode == 0

    (shop / "shop.yaml").write_text(WRONG)
    wrong = flowc("check", "--handlers", "facts.json", "--format", "concise")
    assert wrong.returncode == 1
    assert {code for code in ("FL602", "FL304", "FL604") if code in wrong.stdout} == {"FL602", "FL304", "FL604"}


def test_types_of_pydantic_are_checked_as_others_are(flowc: Flowc, shop: Path) -> None:
    assert flowc("check", "--handlers", "shop:handlers").returncode == 0
    (shop / "shop.yaml").write_text(WRONG)
    wrong = flowc("check", "--handlers", "shop:handlers")
    assert 'takes "small" or "large" as `size`' in wrong.stdout or "FL602" in wrong.stdout
    assert wrong.stdout.count("error[") == 3


def test_a_setting_that_names_facts_holds_for_every_check(flowc: Flowc, shop: Path) -> None:
    flowc("handlers", "-o", "facts.json")
    (shop / "pyproject.toml").write_text('[tool.flowc]\nflows = "shop.yaml"\nhandlers = "facts.json"\n')
    (shop / "shop.yaml").write_text(WRONG)
    assert "FL602" in flowc("check").stdout
    assert "facts of handlers, and no handlers" in flowc("worker").stderr


def test_a_check_by_facts_imports_no_pydantic(flowc: Flowc, shop: Path) -> None:
    flowc("handlers", "-o", "facts.json")
    loaded = flowc("check", "--handlers", "facts.json", PYTHONPROFILEIMPORTTIME="1").stderr
    assert "flowc.project.facts" in loaded
    assert "pydantic" not in loaded
    assert "flowc.runtime" not in loaded


TROUBLES = {
    "{": "is not JSON",
    "[]": "does not hold the facts of handlers",
    '{"handlers": {}}': "is of the format None; this flowc reads 1",
    '{"format": 1, "handlers": {"a": {}}}': "tells of `a` what is no fact of a handler",
}


@pytest.mark.parametrize("text", TROUBLES)
def test_a_file_that_holds_no_facts_is_refused_in_one_line(flowc: Flowc, shop: Path, text: str) -> None:
    (shop / "facts.json").write_text(text)
    refused = flowc("check", "--handlers", "facts.json")
    assert refused.returncode == 2
    assert TROUBLES[text] in refused.stderr
    assert "flowc handlers module:attribute -o facts.json" in refused.stderr


def test_files_that_are_not_there_are_told(flowc: Flowc, shop: Path) -> None:
    assert "cannot read the facts in none.json: No such file" in flowc("check", "--handlers", "none.json").stderr
    refused = flowc("handlers", "-o", "no/such/folder.json")
    assert (refused.returncode, refused.stderr) == (
        2,
        "error: cannot write no/such/folder.json: No such file or directory\nhelp: check the folder\n",
    )


def test_an_annotation_that_cannot_be_used_stops_each_command_that_loads_it(flowc: Flowc, shop: Path) -> None:
    text = HANDLERS.replace("part: str,", "part: 'Missing',")
    (shop / "shop.py").write_text(text)
    for command in (["handlers"], ["check", "--handlers", "shop:handlers"], ["run", "shop.yaml"]):
        refused = flowc(*command)
        assert refused.returncode == 2
        assert "error: the handler `pack` (shop.py:" in refused.stderr
        assert "annotates its parameter `part` with `Missing`, which cannot be read: there is no `Missing`" in (
            refused.stderr
        )
        assert "Traceback" not in refused.stderr
