"""`flowc stubs` writes types against which mypy accepts right handlers and finds wrong ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_type_hints

import pytest
from mypy import api

from flowc.compiler.pipeline import compile_file
from flowc.compiler.stubs import stubs
from tests.cli.conftest import ROOT, Flowc

FLOW = """
flow: shop_v1
input:
  type: object
  required: [url]
  properties:
    url: {type: string}
    depth: {type: integer}
    mode: {enum: [fast, slow]}
    content-type: {type: string}
    class: {type: string}
steps:
  website:
    output:
      type: object
      required: [status, links]
      properties:
        status: {type: integer}
        title: {type: [string, "null"]}
        links: {type: array, items: {$ref: "#/$defs/link"}}
      $defs:
        link: {type: object, required: [url], properties: {url: {type: string}, next: {$ref: "#/$defs/link"}}}
  mood:
    with: {title: $website.title, first: $website.links.0, mode: $input.mode, limit: 5}
    output: {type: number}
    on_failure: skip
  page:
    map: $website.links
    output: {type: object, additionalProperties: {type: integer}}
  report:
    depends_on: [mood, page]
    join: any
    handler: [collect, write.file, finish]
    output: {type: "null"}
"""

RIGHT = """
from typing import Any
from shop import Input, Link, Website
from flowc import Context

def website(input: Input, ctx: Context) -> Website:
    return {"status": 200, "links": [{"url": input["url"]}]}

async def mood(title: str | None, first: Any, mode: str | None, limit: int) -> float:
    return 0.5

def page(item: Link, **rest: Any) -> dict[str, int]:
    return {item["url"]: 1}

def collect(mood: float | None, page: list[dict[str, int]] | None, depth: int = 3) -> Any: ...

def finish(previous: set[str], tx: Any) -> None: ...
"""

WRONG = {
    "a parameter that nothing gives": ("def website(input: Input, ctx: Context)", "def website(inputs: Input)"),
    "a parameter of another type": ("item: Link", "item: str"),
    "a result of another type": ('-> dict[str, int]:\n    return {item["url"]: 1}', "-> str:\n    return 'x'"),
    "no room for null": ("mood: float | None", "mood: float"),
    "an argument that is not taken": (", limit: int)", ")"),
    "no such handler": ("def finish(", "def finnish("),
}


@pytest.fixture(scope="module")
def text() -> str:
    compilation = compile_file("shop.yaml", data=FLOW.encode())
    assert compilation.flow is not None
    assert compilation.definition is not None
    return stubs(compilation.flow)


def test_mypy_accepts_right_handlers_and_finds_each_wrong_one(text: str, tmp_path: Path) -> None:
    text = text.replace("WebsiteLinksItem", "Link")
    (tmp_path / "shop.py").write_text(text)
    modules = {"right": RIGHT}
    for number, (old, new) in enumerate(WRONG.values()):
        assert old in RIGHT
        modules[f"wrong_{number}"] = RIGHT.replace(old, new)
    for name, module in modules.items():
        (tmp_path / f"{name}.py").write_text(module)
        use = f"import shop\nimport {name}\n\n_checked: shop.ShopV1Handlers = {name}\n"
        (tmp_path / f"use_{name}.py").write_text(use)
    out, err, _ = api.run(
        [
            "--strict",
            "--config-file=",
            "--follow-imports=skip",
            "--no-incremental",
            f"--cache-dir={tmp_path}/cache",
            *(str(file) for file in tmp_path.glob("*.py")),
        ]
    )
    assert err == ""
    wrong = {line.partition(".py:")[0].rpartition("use_")[2] for line in out.splitlines() if "[assignment]" in line}
    assert wrong == set(modules) - {"right"}, out
    others = [line for line in out.splitlines() if "error:" in line and "wrong_" not in line]
    assert not others


def test_the_types_say_what_is_optional_null_or_one_of_some_values(text: str, tmp_path: Path) -> None:
    names: dict[str, Any] = {"__name__": "shop"}
    exec(text, names)
    assert names["Website"].__required_keys__ | names["Website"].__optional_keys__ == {"status", "title", "links"}
    hints = get_type_hints(names["Website"], names, include_extras=True)
    assert str(hints["title"]) == "typing.NotRequired[str | None]"
    assert names["WebsiteLinksItem"].__annotations__.keys() == {"url", "next"}
    inputs = names["Input"].__annotations__
    assert set(inputs) == {"url", "depth", "mode", "content-type", "class"}
    assert 'Literal["fast", "slow"]' in str(inputs["mode"])


def test_the_command_prints_the_module_or_writes_it_the_same_for_the_same_flow(flowc: Flowc, project: Path) -> None:
    printed = flowc("stubs", "flows/analyze_website.yaml")
    written = flowc("stubs", "flows/analyze_website.yaml", "-o", "types_of_it.py")

    assert (written.stdout, written.stderr) == ("", "wrote types_of_it.py\n")
    assert (project / "types_of_it.py").read_text() == printed.stdout
    assert "class AnalyzeWebsiteV1Handlers(Protocol):" in printed.stdout
    compile(printed.stdout, "types_of_it.py", "exec")


def test_a_flow_with_mistakes_has_no_types(flowc: Flowc, project: Path) -> None:
    (project / "wrong.yaml").write_text("flow: f\nsteps: {a: {with: {x: $b}}}\n")
    refused = flowc("stubs", "wrong.yaml")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "FL301" in refused.stderr


@pytest.mark.parametrize("file", sorted((ROOT / "tests" / "golden" / "ok").glob("*.yaml")), ids=lambda file: file.stem)
def test_every_right_flow_has_types_that_python_can_read(file: Path) -> None:
    flow = compile_file(file).flow
    assert flow is not None
    exec(compile(stubs(flow), "stubs.py", "exec"), {"__name__": "stubs"})
